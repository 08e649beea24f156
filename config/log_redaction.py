"""What may not stand in a log line: secrets, and characters that forge lines or drive a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from integrations import redaction

HIDDEN = "***"
SECRET_KEYS = re.compile(
    r"(?i)(?:authorization|cookie|password|passwd|secret|api[_-]?key|credential|^(?:access|refresh|token)$|_token$)"
)
SECRET_TEXTS = (
    (re.compile(r"(?i)\b(bearer\s+|token\s*[:=]\s*)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(Basic\s+)(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/=]{8,}"), rf"\1{HIDDEN}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), HIDDEN),
    (re.compile(r"\bbot\d{6,}:[A-Za-z0-9_-]{20,}"), f"bot{HIDDEN}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{HIDDEN}@"),
)
SECRET_MARKS = ("bearer", "token", "basic", "eyj", "bot", "://")
"""In lower case: whatever one of the patterns above finds holds one of these, and most lines hold none."""
# JSON escapes what is below a space; these are the rest that can move a cursor, end a line or reorder a text.
FORGING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
PLAIN = (str, int, float, bool, type(None))

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def safe_line(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """The last structlog processor of a file: the event as one line of JSON without secrets.

    It is written at every step, so a finished line that cannot hold a secret is not searched part by part.
    """
    line = _encode(event)
    known = redaction.current()
    if (
        (known is not None and known.finds(line))
        or _may_hold_secrets(line)
        or any(names_secret(key) or not isinstance(value, PLAIN) for key, value in event.items())
    ):
        line = _encode(hide_secrets(logger, method, event))
    return escape_forgery(logger, method, line)


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: empties what is named like a secret and cuts what is or looks like one out of texts."""
    known = redaction.current()
    if known is not None:
        event = known.value({key: value if isinstance(value, PLAIN) else str(value) for key, value in event.items()})
    return {key: HIDDEN if names_secret(key) else hidden(value) for key, value in event.items()}


@lru_cache(maxsize=2000)
def names_secret(key: str) -> bool:
    """Whether what stands under this name is a secret."""
    return SECRET_KEYS.search(key) is not None


def escape_forgery(logger: Any, method: str, line: str) -> str:
    """Escape what could make two lines of one, or move the cursor of a terminal."""
    if line.isprintable():
        return line
    return FORGING.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def escape_values(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The same for a terminal, where the renderer itself writes colours and line ends: only values are escaped."""
    return {
        key: escape_forgery(logger, method, value)
        if isinstance(value, str) and key not in ("exception", "stack")
        else value
        for key, value in event.items()
    }


def _may_hold_secrets(text: str) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in SECRET_MARKS)


def hidden(value: Any) -> Any:
    """A JSON value in which what is named or looks like a secret is hidden."""
    if isinstance(value, dict):
        return {key: HIDDEN if names_secret(str(key)) else hidden(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(item) for item in value]
    if isinstance(value, str):
        return _without_secrets(value)
    return value if isinstance(value, PLAIN) else _without_secrets(str(value))


def _without_secrets(text: str) -> str:
    if _may_hold_secrets(text):
        for pattern, replacement in SECRET_TEXTS:
            text = pattern.sub(replacement, text)
    return text
