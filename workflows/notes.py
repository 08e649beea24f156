"""PURE: what a step writes down beside its items, in the transaction that records it: once, or not at all.

Each kind has a book of its own: the answer to whoever called the run, what people are told, the list of errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Severity = Literal["info", "warning", "error", "critical"]


@dataclass(frozen=True)
class Answer:
    """What the caller of the run is answered over HTTP; the first one of a run counts. `body` is JSON or a text."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Notice:
    """What people are told: in the list of notices, in these Telegram chats, and by letters to these addresses."""

    severity: Severity
    title: str
    text: str
    telegram: Sequence[int] = ()
    email: Sequence[str] = ()


@dataclass(frozen=True)
class Trouble:
    """An error to be kept for later, with the item that it is about; None when there is none.

    `node_id` is where it happened, "" for the node that writes it down. `list_key` names a Redis list that gets it too.
    """

    code: str
    message: str
    item: Mapping[str, Any] | None
    details: Mapping[str, Any] = field(default_factory=dict)
    node_id: str = ""
    list_key: str = ""


@dataclass(frozen=True)
class Launch:
    """A run to be started that nobody waits for: of the workflow with this id or code, with this `inputData`.

    Where it cannot be started the step has failed.
    """

    workflow: str
    input: Mapping[str, Any]


@dataclass(frozen=True)
class Happening:
    """An event that is told to whoever listens. One with a `dedupe_key` that was told before causes nothing."""

    event: str
    subject: str
    payload: Mapping[str, Any]
    dedupe_key: str = ""


@dataclass(frozen=True)
class Keeping:
    """What a program leaves for later runs: objects of the workflow (`global`) and of its node (`node`)."""

    kept: Mapping[str, Any]


Note = Answer | Notice | Trouble | Launch | Happening | Keeping

KINDS: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind for kind in (Answer, Notice, Trouble, Launch, Happening, Keeping)
}


def as_json(note: Note) -> dict[str, Any]:
    """The note as a JSON object that `from_json` reads."""
    return {"kind": type(note).__name__, "content": asdict(note)}


def from_json(written: Mapping[str, Any]) -> Note:
    """The note that `as_json` has written."""
    note: Note = KINDS[written["kind"]](**written["content"])
    return note
