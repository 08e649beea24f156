"""What a ledger of side effects may keep of a request: whom it went to, never what it said or what opened the door."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from requests import PreparedRequest

from integrations.redaction import redact
from integrations.scope import Sent
from integrations.secret import MASK, Secret

KEY_HEADER: Final = "Idempotency-Key"
LENGTHS: Final = {"method": 20, "target": 500, "key": 300, "outcome": 40}
BOT_TOKEN: Final = re.compile(r"bot\d+:[\w-]+")
HEX_TOKEN: Final = re.compile(r"[0-9a-fA-F]{32,}")
MIXED_TOKEN: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w.~-]{20,}")


def describe(request: PreparedRequest, *, secret: Secret | None, outcome: str, at: float) -> Sent:
    """The line about a request that went out at `at` (monotonic)."""
    parts = urlsplit(request.url or "")
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    path = "/".join(MASK if _is_secret(segment) else segment for segment in parts.path.split("/"))
    return Sent(
        method=_fitting("method", request.method or ""),
        target=_fitting("target", redact(host + path, [secret] if secret else [])),
        key=_fitting("key", _text(request.headers.get(KEY_HEADER, ""))),
        outcome=_fitting("outcome", outcome),
        at=at,
    )


def _is_secret(segment: str) -> bool:
    """Some services take their key as a part of the path; it looks like nothing that people or programmes name."""
    if any(token.fullmatch(segment) for token in (BOT_TOKEN, HEX_TOKEN, MIXED_TOKEN)):
        return not _is_uuid(segment)
    return False


def _is_uuid(text: str) -> bool:
    try:
        return len(UUID(text).hex) < len(text)  # with its dashes; without them it cannot be told from a key
    except ValueError:
        return False


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _fitting(column: str, text: str) -> str:
    """As much as the column holds, without what PostgreSQL refuses."""
    plain = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return plain[: LENGTHS[column]]
