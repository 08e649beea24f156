"""Holding the credentials that a definition names against those that its project may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.utils.translation import gettext_noop

from integrations import credentials
from workflows import catalogue
from workflows.errors import UnknownNodeType
from workflows.graph.definition import Definition, NodeSpec
from workflows.graph.marked_fields import CredentialUse
from workflows.graph.problems import Problem

MISSING = gettext_noop("Учётные данные в поле «%(field)s» не найдены в этом проекте или отозваны: выберите другие")
WRONG_KIND = gettext_noop("Учётные данные в поле «%(field)s» другого вида (%(kind)s), здесь подходят: %(kinds)s")

Named = list[tuple[NodeSpec, CredentialUse, UUID]]


def credential_problems(definition: Definition, project_id: int) -> Iterator[Problem]:
    """A finding for every credential that is not there, belongs to others, is revoked, or is of another kind."""
    named = _named(definition)
    known = credentials.kinds_of({found for _node, _use, found in named}, project_id) if named else {}
    for node, use, found in named:
        field = ".".join(map(str, use.path))
        if found not in known:
            yield Problem("credential_missing", MISSING, node.id, params={"field": field, "credential": str(found)})
        elif known[found] not in use.kinds:
            yield Problem("credential_kind", WRONG_KIND, node.id, params=_kinds(field, known[found], use))


def _kinds(field: str, kind: str, use: CredentialUse) -> Mapping[str, str]:
    return {"field": field, "kind": kind, "kinds": ", ".join(use.kinds)}


def named_by(node: NodeSpec) -> list[UUID]:
    """The credentials that a node names, whether there are such or not."""
    return [use.id for use in _uses(node) if use.id is not None]


def _uses(node: NodeSpec) -> list[CredentialUse]:
    try:
        return catalogue.credential_uses(catalogue.get(node.type), node.config)
    except UnknownNodeType:
        return []


def _named(definition: Definition) -> Named:
    return [(node, use, use.id) for node in definition.nodes for use in _uses(node) if use.id is not None]
