"""PURE: what a type of event is: who it is about, what it holds, by what a repeat is known, how it comes about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise


class Kind(StrEnum):
    """How such an event comes about."""

    PUSH = "push"  # somebody tells of it
    POLL = "poll"  # it is found by asking again and again
    SCHEDULE = "schedule"  # by the clock
    DATE = "date"  # relative to a date that the data holds
    ABSENCE = "absence"  # something did not follow in time
    THRESHOLD = "threshold"  # a measure has crossed a line
    DERIVED = "derived"  # somebody has judged other events


@dataclass(frozen=True)
class Field:
    """One field of the payload. `kind` is a type of JSON schema, `date-time` or `any`."""

    name: str
    kind: str
    sample: Any
    needed: bool


def required(name: str, kind: str, sample: Any) -> Field:
    return Field(name, kind, sample, True)


def optional(name: str, kind: str, sample: Any) -> Field:
    return Field(name, kind, sample, False)


@dataclass(frozen=True)
class EventType:
    """A type of event. `bullets` are its places in the catalogue of events that the product promises, from 1 on.

    `subject` names the field of the payload that says whom it is about; `dedup` the fields, joined by colons, whose
    values make a good `dedupKey`. Both may be empty.
    """

    code: str
    title: str | Promise
    group: str
    kind: Kind
    fields: tuple[Field, ...]
    subject: str = ""
    dedup: str = ""
    bullets: tuple[int, ...] = ()

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the payload. Further fields are welcome."""
        return {
            "type": "object",
            "properties": {field.name: _schema_of(field) for field in self.fields},
            "required": [field.name for field in self.fields if field.needed],
        }

    def sample(self) -> dict[str, Any]:
        """A payload as it may come."""
        return {field.name: field.sample for field in self.fields}

    def subject_of(self, payload: Mapping[str, Any]) -> str:
        """Whom the payload is about, as far as it says so."""
        value = payload.get(self.subject) if self.subject else None
        return str(value)[:200] if isinstance(value, str | int) else ""

    def dedup_of(self, payload: Mapping[str, Any]) -> str | None:
        """The key by which a repeat is known; None when the payload lacks a part of it."""
        parts = [payload.get(name) for name in self.dedup.split(":")] if self.dedup else []
        if not parts or not all(isinstance(part, str | int) and part != "" for part in parts):
            return None
        return ":".join(map(str, parts))[:200]


def _schema_of(field: Field) -> dict[str, Any]:
    if field.kind == "any":
        return {}
    if field.kind == "date-time":
        return {"type": "string", "format": "date-time"}
    if field.kind == "string":
        return {"type": ["string", "integer"]}
    return {"type": field.kind}
