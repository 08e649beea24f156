"""What somebody who pressed a button is told: a word at the top of the chat, or a window that they must close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tickets.telegram.lengths import cut

MAX_TEXT: Final = 200


@dataclass(frozen=True)
class Reply:
    """The answer to the press `press_id`; every press gets exactly one, or the button keeps turning."""

    press_id: str
    text: str = ""
    alert: bool = False

    def as_webhook(self) -> dict[str, Any]:
        """The body with which a delivery is answered: a call of the Bot API in itself."""
        return {
            "method": "answerCallbackQuery",
            "callback_query_id": self.press_id,
            "text": cut(self.text, MAX_TEXT),
            "show_alert": self.alert,
        }

    def as_json(self) -> dict[str, Any]:
        return {"pressId": self.press_id, "text": cut(self.text, MAX_TEXT), "alert": self.alert}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Reply:
        return cls(kept["pressId"], kept["text"], kept["alert"])
