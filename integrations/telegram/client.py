"""Speaks the Bot API. One method is one call; every failure is an `OutboundError` without the token in it."""

from __future__ import annotations

import json
import re
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlencode

from django.conf import settings

from integrations.errors import InvalidAnswer, OutboundError, RateLimited, ServerFault, TimedOut, Unreachable
from integrations.scope import CallScope
from integrations.telegram.errors import (
    Blocked,
    NotConnected,
    RequestRejected,
    TokenMissing,
    TokenRejected,
    UpdatesTaken,
)
from integrations.telegram.line import ANSWER_SECONDS, Line, line

TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")
KINDS: Final = ("message",)
"""The updates that are asked for; Telegram drops the others."""
LONG_POLL_SECONDS: Final = 25
MAX_UPDATES: Final = 100

ResultT = TypeVar("ResultT")


class TelegramClient:
    """`bot_id` is the bot's own Telegram id, which a token begins with."""

    def __init__(self, *, line: Line, bot_id: str, scope: CallScope) -> None:
        self._line = line
        self._scope = scope
        self.bot_id = bot_id

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """With the installation's token and server; nothing is sent yet. Raises `TokenMissing`, `TokenRejected`."""
        token = settings.TELEGRAM_BOT_TOKEN.strip()
        if not token:
            raise TokenMissing
        if not TOKEN.fullmatch(token):  # it becomes a part of a URL
            raise TokenRejected
        return cls(line=line(token, settings.TELEGRAM_API_BASE_URL), bot_id=token.partition(":")[0], scope=scope)

    def name(self) -> str:
        """The bot's user name, without the `@`."""
        return self._run(self._line.bot.get_me()).username or ""

    def send_message(self, *, chat_id: int, text: str) -> int:
        """Send `text` (Telegram's HTML, at most 4096 characters); returns the message's id in the chat."""
        return self._run(self._line.bot.send_message(chat_id, text, parse_mode="HTML")).message_id

    def updates(self, *, confirm: int | None) -> list[dict[str, Any]]:
        """Wait for updates and return them as they came, each a JSON object with an integer `update_id`.

        `confirm` is the id of the last one that was handled: it and all before it are forgotten by Telegram, all
        others come again. Raises `UpdatesTaken` when somebody else is served.
        """
        # Not `Bot.get_updates`: that loses the whole batch, and writes it into the log, when one update of it has a
        # shape which the library does not know.
        wishes: dict[str, Any] = {
            "timeout": LONG_POLL_SECONDS,
            "limit": MAX_UPDATES,
            "allowed_updates": json.dumps(KINDS),
        }
        if confirm is not None:
            wishes["offset"] = confirm + 1
        url = f"{self._line.bot.base_url}/getUpdates?{urlencode(wishes)}"
        answer: Any = self._run(self._line.poll.post(url, read_timeout=LONG_POLL_SECONDS + ANSWER_SECONDS))
        if not isinstance(answer, list) or not all(_is_update(update) for update in answer):
            raise InvalidAnswer
        return answer

    def _run(self, call: Coroutine[Any, Any, ResultT]) -> ResultT:
        from telegram.error import TelegramError

        try:
            return self._line.run(call, self._scope)
        except TelegramError as error:
            raise _typed(error) from None  # the library's own words may hold the URL, and with it the token
        except (LookupError, TypeError, ValueError):  # JSON, but not what a Bot API answers
            raise InvalidAnswer from None


def _is_update(value: Any) -> bool:
    return isinstance(value, dict) and type(value.get("update_id")) is int


def _typed(error: Any) -> OutboundError:
    """What the library's error means. A body that is not the Bot API's JSON is its cause: a proxy's page."""
    from telegram import error as vendor

    if isinstance(error, vendor.RetryAfter):
        rest = error.retry_after
        return RateLimited(retry_after=rest.total_seconds() if isinstance(rest, timedelta) else float(rest))
    if type(error) in (vendor.NetworkError, vendor.TimedOut):
        return _broken_line(error)
    if isinstance(error.__cause__, vendor.TelegramError):
        return InvalidAnswer()
    detail = error.message
    match error:
        case vendor.InvalidToken():
            return TokenRejected()
        case vendor.Conflict():
            return UpdatesTaken(detail=detail)
        case vendor.Forbidden():
            return Blocked(detail=detail)
        case vendor.BadRequest() | vendor.ChatMigrated():
            return RequestRejected(detail=detail)
        case _:
            return InvalidAnswer()


def _broken_line(error: Any) -> OutboundError:
    """How far the call came: not sent, sent without an answer, or answered with 5xx."""
    import httpx
    from telegram.error import TelegramError

    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        return ServerFault()
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
    if isinstance(cause, unsent) or not isinstance(cause, httpx.HTTPError):
        return NotConnected()
    return TimedOut() if isinstance(cause, httpx.TimeoutException) else Unreachable()
