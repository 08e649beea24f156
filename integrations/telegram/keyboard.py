"""PURE: what a message asks a person to do: press a button, answer it, share their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A button under a message: with `data` (at most 64 bytes) it comes back to us, with `url` it opens a page."""

    text: str
    data: str = ""
    url: str = ""

    def as_json(self) -> dict[str, str]:
        return {"text": self.text, "url": self.url} if self.url else {"text": self.text, "callback_data": self.data}


Rows = Sequence[Sequence[Button]]


def buttons(rows: Rows) -> dict[str, Any]:
    """Inline buttons; no rows take away those that were there."""
    return {"inline_keyboard": [[button.as_json() for button in row] for row in rows if row]}


def ask_for_answer(placeholder: str = "") -> dict[str, Any]:
    """The person's program opens an answer to this message by itself."""
    hint = {"input_field_placeholder": placeholder[:64]} if placeholder else {}
    return {"force_reply": True, **hint}


def ask_for_contact(text: str) -> dict[str, Any]:
    """One button that shares the person's own number."""
    keyboard = [[{"text": text, "request_contact": True}]]
    return {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}


def no_keyboard() -> dict[str, Any]:
    """Takes away what `ask_for_contact` has put up."""
    return {"remove_keyboard": True}
