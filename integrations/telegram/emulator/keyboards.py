"""PURE: what a Bot API server lets pass as a keyboard."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from integrations.telegram.emulator.refusals import bad

MAX_DATA_BYTES: Final = 64
MAX_BUTTONS: Final = 100
MAX_ROW: Final = 8


def read(raw: Any) -> dict[str, Any] | None:
    """`reply_markup` of a request, None for none. Raises `Refusal`."""
    if not raw:
        return None
    try:
        markup = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is not None:
        _check_inline(rows)
    return markup


def split(markup: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """A markup is either the buttons of the message, or a word to the person's client (reply keyboard, ForceReply)."""
    if markup is None or "inline_keyboard" in markup:
        return markup if markup and markup["inline_keyboard"] else None, None
    return None, markup


def _check_inline(rows: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise bad("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)


def _check_button(button: Any) -> None:
    if not str(button.get("text", "")):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= MAX_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    elif "url" in button:
        host = urlsplit(str(button["url"])).hostname or ""
        if "." not in host or host.replace(".", "").isdigit():
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    else:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
