"""How long a text is for Telegram, which counts what people see in UTF-16: most signs are one, most emoji two."""

from __future__ import annotations

from html import unescape
from typing import Final

from django.utils.html import strip_tags

MESSAGE: Final = 4096
"""A longer one is refused whole."""
CODE: Final = "utf-16-le"


def shown(markup: str) -> int:
    """The length of a text in Telegram's HTML."""
    return len(unescape(strip_tags(markup)).encode(CODE)) // 2


def cut(text: str, most: int) -> str:
    """Plain text of at most this length, with «…» in the place of what was left out."""
    code = text.encode(CODE)
    return text if len(code) <= 2 * most else f"{code[: 2 * (most - 1)].decode(CODE, 'ignore')}…"
