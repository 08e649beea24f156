"""The catalogue of events: what is known of each type. Events of other names are welcome; nothing is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.errors import EventTypeNotFound
from integrations.event_types import communication, data, internal, sales, technical, timed
from integrations.event_types.shape import EventType as EventType
from integrations.event_types.shape import Kind as Kind

GROUPS: Final = {module.GROUP: module.TITLE for module in (communication, sales, internal, data, timed, technical)}
"""The title of each group, in the order of the catalogue."""

ALL: Final[Mapping[str, EventType]] = {
    one.code: one for module in (communication, sales, internal, data, timed, technical) for one in module.TYPES
}
"""Every type by its code."""


def get(code: str) -> EventType:
    """The type of this code; raises `EventTypeNotFound`."""
    found = ALL.get(code)
    if found is None:
        raise EventTypeNotFound(event=code[:200])
    return found


def subject_of(name: str, payload: Mapping[str, Any]) -> str:
    """Whom an event of this name is about, as far as its type is known and its payload says so; else nobody."""
    known = ALL.get(name)
    return known.subject_of(payload) if known else ""


def dedup_of(name: str, payload: Mapping[str, Any]) -> str | None:
    """By what a repeat of such an event is known, as far as its type is known and its payload says so."""
    known = ALL.get(name)
    return known.dedup_of(payload) if known else None


def describe(one: EventType) -> dict[str, Any]:
    """The type for people and programs, in the language of the moment."""
    return {
        "code": one.code,
        "title": str(one.title),
        "group": one.group,
        "groupTitle": str(GROUPS[one.group]),
        "kind": one.kind.value,
        "schema": one.schema(),
        "sample": one.sample(),
        "subject": one.subject,
        "dedupKey": one.dedup,
    }
