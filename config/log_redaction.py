"""What may not stand in a log line: secrets, and characters that forge lines or drive a terminal."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

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
# JSON escapes what is below a space; these are the rest that can move a cursor, end a line or reorder a text.
FORGING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: empties what is named like a secret and cuts what looks like one out of texts."""
    return {key: HIDDEN if SECRET_KEYS.search(key) else _hidden(value) for key, value in event.items()}


def escape_forgery(logger: Any, method: str, line: str) -> str:
    """The last structlog processor of a file: one event stays one line of plain characters."""
    return FORGING.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def escape_values(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The same for a terminal, where the renderer itself writes colours and line ends: only values are escaped."""
    return {
        key: escape_forgery(logger, method, value)
        if isinstance(value, str) and key not in ("exception", "stack")
        else value
        for key, value in event.items()
    }


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in SECRET_TEXTS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {key: HIDDEN if SECRET_KEYS.search(str(key)) else _hidden(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(item) for item in value]
    return value
