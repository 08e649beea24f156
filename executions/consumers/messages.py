"""What a client may say to a socket, and how it is told that something is wrong."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from accounts.errors import DomainError
from executions.errors import BadMessage
from integrations import safe_json

SUBPROTOCOL = "bearer"
MAX_MESSAGE = 64 * 1024
"""Characters or bytes."""
SPOKEN = ("subscribe", "unsubscribe", "auth")
"""The events of clients of Socket.IO, with one argument at most."""
MESSAGES_PER_MINUTE = 60
"""Of one connection, whatever they say."""


class Pace:
    """Counts what one client says."""

    def __init__(self) -> None:
        self._received: deque[float] = deque(maxlen=MESSAGES_PER_MINUTE)

    def allows_one_more(self) -> bool:
        """Count one more message; False, and it is not counted, where it is more than a minute may have."""
        now = time.monotonic()
        if len(self._received) == MESSAGES_PER_MINUTE and now - self._received[0] < 60:
            return False
        self._received.append(now)
        return True


@dataclass(frozen=True)
class Auth:
    """`since` is the number of the last journal line that the client has, None for a client that has nothing."""

    token: str
    since: int | None


def read_auth(data: str | bytes) -> Auth:
    """Read `{"type": "auth", "token", "since"?}`; raises `BadMessage`."""
    try:
        message = safe_json.loads(data, max_depth=4, max_elements=100)
    except safe_json.UnsafeJSON as error:
        raise BadMessage(reason=error.reason) from None
    if not isinstance(message, dict) or message.get("type") != "auth" or not isinstance(message.get("token"), str):
        raise BadMessage(expected={"type": "auth", "token": "…"})
    since = message.get("since")
    return Auth(message["token"], None if since is None else since_of(since))


def since_of(value: Any) -> int:
    """A journal number as text or number; raises `BadMessage`."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 18:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadMessage(field="since")
    return value


def error_frame(error: DomainError, language: str) -> str:
    """`{"type": "error", "code", "message", "details"}`."""
    with translation.override(language):
        message = str(error.message)
    return safe_json.dumps({"type": "error", "code": error.code, "message": message, "details": error.details})
