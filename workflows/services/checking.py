"""Holding a document against everything a definition must be before it may run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from integrations import safe_json
from workflows import catalogue
from workflows.errors import DefinitionTooLarge, InvalidDefinition, NotADefinition, UnknownNodeType
from workflows.graph.definition import Definition, Malformed, parse
from workflows.graph.facts import NodeFacts
from workflows.graph.problems import Problem
from workflows.graph.rules import ConfigFault, check
from workflows.services import wording
from workflows.services.configs import check_config

STARTS_ITSELF = gettext_noop("Узел запускает свой же рабочий процесс: проверьте, что цепочка запусков кончается")

EMPTY: Mapping[str, Any] = {"nodes": [], "edges": []}
"""What a workflow does that was only named."""


def validate_definition(raw: Any, *, own: Collection[str] = ()) -> list[dict[str, Any]]:
    """Everything that is wrong with a document, as a version stores it. `own` are code and id of its workflow.

    Raises `NotADefinition` when it is no graph at all, `DefinitionTooLarge`, `integrations.safe_json.UnsafeJSON`.
    """
    size = len(safe_json.dumps(raw).encode())
    if size > settings.DEFINITION_MAX_BODY:
        raise DefinitionTooLarge(bytes=size, limit=settings.DEFINITION_MAX_BODY)
    definition = read_definition(raw)
    problems = [*check(definition, _facts, _config_faults), *_starts_itself(definition, own)]
    return [wording.stored(problem) for problem in problems]


def read_definition(raw: Any) -> Definition:
    """The document as a graph; raises `NotADefinition`."""
    try:
        return parse(raw)
    except Malformed as error:
        raise NotADefinition(reason=wording.filled(error.message, {}), field=error.field) from error


def refuse_errors(problems: list[dict[str, Any]], error: type[InvalidDefinition] = InvalidDefinition) -> None:
    """Raise `error` with all findings if one of them is an error."""
    if wording.has_errors(problems):
        raise error(problems=wording.shown(problems))


def _starts_itself(definition: Definition, own: Collection[str]) -> Iterator[Problem]:
    """A workflow that starts itself may end by a condition, or go on until its depth is over: people should know."""
    for node in definition.nodes:
        if _facts(node.type) is not None and catalogue.get(node.type).started_workflow(node.config) in own:
            yield Problem("starts_itself", STARTS_ITSELF, node.id, severity="warning")


def _facts(node_type: str) -> NodeFacts | None:
    try:
        return catalogue.facts(node_type)
    except UnknownNodeType:
        return None


def _config_faults(node_type: str, raw: Any) -> list[ConfigFault]:
    return check_config(catalogue.get(node_type), raw)
