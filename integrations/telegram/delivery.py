"""Sends what the outbox holds for Telegram, at the pace that Telegram takes, by one measure for all processes.

Being limited, having no connection and having no valid token are no failures of a message: sending rests, and the
message waits. Delivery is at least once: the Bot API offers no key against repeats.
"""

from __future__ import annotations

from typing import Any, Final

import structlog

from integrations import limiter
from integrations.errors import CircuitOpen, RateLimited
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import NotConnected, TokenMissing, TokenRejected

TOPIC: Final = "telegram.send"
"""`{"chatId": int, "text": HTML}`, with the chat as ordering key."""
EVERYBODY: Final = "telegram"
PER_SECOND: Final = 24
CHAT_SECONDS: Final = 1.1
CHAT_BURST: Final = 3
"""Telegram takes about thirty messages a second in all, and one a second in one chat with short bursts."""
REST_SECONDS: Final = 30.0

log = structlog.get_logger(__name__)


def send(payload: dict[str, Any]) -> None:
    """The outbox's handler. Raises `RateLimited` and `CircuitOpen` to wait, and the client's errors."""
    chat_id = payload["chatId"]
    _wait_turn(chat_id)
    try:
        TelegramClient.connect(CallScope()).send_message(chat_id=chat_id, text=payload["text"])
    except RateLimited as error:
        limiter.freeze(EVERYBODY, error.retry_after or REST_SECONDS)
        raise
    except (NotConnected, TokenMissing, TokenRejected) as error:
        log.warning("telegram_sending_rests", cause=error.code, rest_seconds=REST_SECONDS)
        limiter.freeze(EVERYBODY, REST_SECONDS)
        raise CircuitOpen(retry_after=REST_SECONDS, cause=error.code) from error


def _wait_turn(chat_id: int) -> None:
    wait = limiter.acquire(EVERYBODY, rate=PER_SECOND, interval=1.0, burst=PER_SECOND)
    wait = wait or limiter.acquire(f"{EVERYBODY}:{chat_id}", rate=1, interval=CHAT_SECONDS, burst=CHAT_BURST)
    if wait:
        raise RateLimited(retry_after=wait)
