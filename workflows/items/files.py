"""PURE: files inside items, as `{name, mime, data}` with the content in base64. JSON has no other room for them."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from workflows.items.wording import gettext_noop

MAX_BYTES: Final = 7_000_000
"""What fits into a step's data as base64."""

NOT_A_FILE: Final = gettext_noop("Элемент %(item)s: в поле «%(field)s» нет файла вида {name, mime, data} с base64")
TOO_LARGE: Final = gettext_noop("Элемент %(item)s: в поле «%(field)s» больше %(limit)s байт, разделите данные на части")


class NotAFile(ValueError):
    """The value is neither a file nor its content in base64."""


class TooLarge(ValueError):
    """More than `MAX_BYTES`."""


def content(value: Any) -> bytes:
    """The bytes of a file, or of its base64 alone, also with line breaks or as a data URL. Raises `NotAFile`,
    `TooLarge`."""
    text = value.get("data") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise NotAFile
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if len(text) > MAX_BYTES * 3 // 2:
        raise TooLarge
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NotAFile from None
    if len(found) > MAX_BYTES:
        raise TooLarge
    return found


def file(name: str, mime: str, data: bytes) -> dict[str, str]:
    """A file as the value of a field. Raises `TooLarge`."""
    if len(data) > MAX_BYTES:
        raise TooLarge
    return {"name": name, "mime": mime, "data": base64.b64encode(data).decode()}
