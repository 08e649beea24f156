"""Holding a document against everything a definition must be before it may run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from integrations import safe_json
from workflows import catalogue
from workflows.errors import DefinitionTooLarge, InvalidDefinition, NotADefinition, UnknownNodeType
from workflows.graph import foreign_signs, palettes
from workflows.graph.definition import Definition, Malformed, parse
from workflows.graph.facts import NodeFacts
from workflows.graph.problems import Problem
from workflows.graph.rules import ConfigFault, check
from workflows.services import wording
from workflows.services.calendar_check import calendar_problems
from workflows.services.calls import started_by
from workflows.services.circle_check import circle_problems
from workflows.services.configs import check_config, read_scripts
from workflows.services.credential_check import credential_problems
from workflows.services.link_check import with_links
from workflows.services.places import name_of

STARTS_ITSELF = gettext_noop("Узел запускает свой же рабочий процесс: проверьте, что цепочка запусков кончается")

SIGN_STAYS = gettext_noop("Поле «%(field)s» начинается со знака =, и он останется в тексте перед значением выражения")
NEEDS_NO_SIGN = gettext_noop("Уберите знак = в начале: выражению {{ … }} он здесь не нужен")

NOT_IN_PALETTE = gettext_noop(
    "Узел «%(type)s» нельзя использовать в рабочем процессе этого вида (%(kind)s): "
    "замените его или вынесите в обычный рабочий процесс"
)

EMPTY: Mapping[str, Any] = {"nodes": [], "edges": []}
"""What a workflow does that was only named."""


def validate_definition(
    raw: Any, *, kind: str = "flow", own: Collection[str] = (), project_id: int | None = None
) -> list[dict[str, Any]]:
    """Everything that is wrong with a document, as a version of a workflow of this `kind` stores it.

    `own` are code and id of the workflow. Credentials and calendars are looked for in the project, if one is said.

    Raises `NotADefinition` when it is no graph at all, `DefinitionTooLarge`, `integrations.safe_json.UnsafeJSON`.
    """
    size = len(safe_json.dumps(raw).encode())
    if size > settings.DEFINITION_MAX_BODY:
        raise DefinitionTooLarge(bytes=size, limit=settings.DEFINITION_MAX_BODY)
    definition = read_definition(raw)
    read_scripts((catalogue.get(node.type), node.config) for node in definition.nodes if _facts(node.type) is not None)
    problems = [
        *check(definition, _facts, _config_faults),
        *_outside_palette(definition, kind),
        *_starts_itself(definition, own),
        *_foreign_signs(definition),
    ]
    problems = with_links(raw, definition, problems)
    if project_id is not None:
        problems += credential_problems(definition, project_id)
        problems += calendar_problems(definition, project_id)
        problems += circle_problems(definition, own, project_id)
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


def _outside_palette(definition: Definition, kind: str) -> Iterator[Problem]:
    for node in definition.nodes:
        facts = _facts(node.type)
        if facts is not None and not palettes.allows(kind, node.type, facts):
            yield Problem("not_in_palette", NOT_IN_PALETTE, node.id, params={"type": node.type, "kind": kind})


def _starts_itself(definition: Definition, own: Collection[str]) -> Iterator[Problem]:
    """A workflow that starts itself may end by a condition, or go on until its depth is over: people should know."""
    for node in definition.nodes:
        if started_by(node) in own:
            yield Problem("starts_itself", STARTS_ITSELF, node.id, severity="warning")


def _foreign_signs(definition: Definition) -> Iterator[Problem]:
    """Expressions as n8n marks them. It may be meant so, therefore nothing is changed."""
    for node in definition.nodes:
        facts = _facts(node.type)
        if facts is None or facts.starts or node.settings.disabled:
            continue
        for place in foreign_signs.places(node.config, catalogue.get(node.type).verbatim):
            yield Problem(
                "expression_sign",
                SIGN_STAYS,
                node.id,
                severity="warning",
                params={"field": name_of(place)},
                suggestion=NEEDS_NO_SIGN,
            )


def _facts(node_type: str) -> NodeFacts | None:
    try:
        return catalogue.facts(node_type)
    except UnknownNodeType:
        return None


def _config_faults(node_type: str, raw: Any) -> list[ConfigFault]:
    return check_config(catalogue.get(node_type), raw)
