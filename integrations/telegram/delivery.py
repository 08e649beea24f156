"""Sends at the pace that Telegram takes, by one measure for all processes.

Being limited, having no connection, having no valid token and an outage of Telegram's are no failures of a message:
sending rests, and the message waits. Delivery is at least once: the Bot API offers no key against repeats.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import structlog

from integrations import counters, limiter
from integrations.errors import CircuitOpen, RateLimited, Refused
from integrations.scope import CallScope
from integrations.telegram import outages
from integrations.telegram.bots import Bot
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import Away, NotConnected, TokenMissing, TokenRejected

TOPIC: Final = "telegram.send"
"""`{"chatId": int, "text": HTML, "markup": one of `keyboard`, "file": …}`, with the chat as ordering key.

`markup` and `file` may be left out. A file has a `kind` (`photo`, `document`), and either a `url` that Telegram fetches
by itself, or a `name` and its content as base64 in `data`; `text` is its caption then.
"""
EVERYBODY: Final = "telegram"
CROWD: Final = "telegram-crowd"
PER_SECOND: Final = 24
CROWD_PER_SECOND: Final = 19
"""What one person waits for has the rest for itself, however many messages are queued."""
CHAT_SECONDS: Final = 1.1
CHAT_BURST: Final = 3
GROUP_PER_MINUTE: Final = 18
"""Telegram takes about thirty messages a second in all, one a second in one chat with short bursts, and twenty a
minute in a group."""
REST_SECONDS: Final = 30.0
GIVES_WAY_SECONDS: Final = 1.0
"""So much longer than the bot rests the message that met an outage: others go first, and show whether it is over."""
SHORT_SECONDS: Final = 3.0
"""So long a sender stands in the line of all messages; for its chat's turn it lets others go first."""
RESULTS: Final = ("sent", "limited", "away", "refused")
"""What may come of a request, as it is counted."""

ResultT = TypeVar("ResultT")

log = structlog.get_logger(__name__)


def send(payload: dict[str, Any], *, bot: Bot = Bot.DESK) -> int:
    """Send a message of `TOPIC`; returns its id.

    Raises `RateLimited` and `CircuitOpen` to wait, and the client's errors.
    """
    chat_id, text, markup = payload["chatId"], payload["text"], payload.get("markup")
    file = payload.get("file")
    if file is not None:
        return deliver(
            chat_id,
            lambda client: client.send_media(chat_id=chat_id, file=file, caption=text, markup=markup),
            urgent=True,
            bot=bot,
        )
    return deliver(
        chat_id,
        lambda client: client.send_message(chat_id=chat_id, text=text, markup=markup),
        urgent=True,
        bot=bot,
    )


def deliver(
    chat_id: int, call: Callable[[TelegramClient], ResultT], *, urgent: bool = False, bot: Bot = Bot.DESK
) -> ResultT:
    """What `call` makes of one request that shows something in this chat, when it is the chat's turn.

    `urgent` is for what somebody waits for; each bot has a pace of its own. Raises `RateLimited` and `CircuitOpen` to
    wait, and the client's errors.
    """
    _wait_turn(chat_id, urgent, bot)
    result = "refused"
    try:
        with _waiting_is_no_failure(bot):
            answer = call(TelegramClient.speaking_as(bot, CallScope()))
    except RateLimited:
        result = "limited"
        raise
    except (CircuitOpen, Away):
        result = "away"
        raise
    else:
        result = "sent"
        return answer
    finally:
        counters.add(f"telegram_{result}")


def ask(call: Callable[[TelegramClient], ResultT], *, bot: Bot = Bot.DESK) -> ResultT:
    """What `call` makes of a request that shows nothing in any chat: it waits for no turn, but rests when all rest.

    Where it does not come through, others may: files can be on a server of their own. Raises as `deliver`.
    """
    rest = limiter.frozen(_bucket(EVERYBODY, bot))
    if rest:
        raise RateLimited(retry_after=rest)
    with _waiting_is_no_failure(bot, away_for_all=False):
        return call(TelegramClient.speaking_as(bot, CallScope()))


@contextmanager
def _waiting_is_no_failure(bot: Bot, *, away_for_all: bool = True) -> Iterator[None]:
    """Around a request: being limited makes all of the bot rest, and so does being away, unless that says nothing of
    other requests."""
    everybody = _bucket(EVERYBODY, bot)
    try:
        with _outages(everybody, away_for_all):
            yield
    except RateLimited as error:
        limiter.freeze(everybody, error.retry_after or REST_SECONDS)
        raise
    except (NotConnected, TokenMissing, TokenRejected) as error:
        if away_for_all:
            log.warning("telegram_sending_rests", cause=error.code, rest_seconds=REST_SECONDS)
            limiter.freeze(everybody, REST_SECONDS)
        raise CircuitOpen(retry_after=REST_SECONDS, cause=error.code) from error


@contextmanager
def _outages(everybody: str, away_for_all: bool) -> Iterator[None]:
    """Around a request: `Away` becomes `CircuitOpen` during an outage. A lone one may be the fault of the request.

    Only messages tell of the beginning and the end of an outage: files can be on a server of their own.
    """
    try:
        yield
    except Away as error:
        rest = outages.fault(everybody) if away_for_all else None
        if rest is not None:
            log.warning("telegram_sending_rests", cause=error.code, rest_seconds=rest)
            limiter.freeze(everybody, rest)
            raise CircuitOpen(retry_after=rest + GIVES_WAY_SECONDS, cause=error.code) from error
        if not away_for_all and outages.is_on(everybody):
            raise CircuitOpen(retry_after=REST_SECONDS, cause=error.code) from error
        raise
    except (Refused, RateLimited):
        if away_for_all:
            outages.over(everybody)
        raise
    else:
        if away_for_all:
            outages.over(everybody)


def _bucket(name: str, bot: Bot) -> str:
    return name if bot is Bot.DESK else f"{name}-{bot}"


def _wait_turn(chat_id: int, urgent: bool, bot: Bot) -> None:
    everybody = _bucket(EVERYBODY, bot)
    rest = limiter.frozen(everybody) or _take_turn_of_chat(everybody, chat_id)
    if rest:
        raise RateLimited(retry_after=rest)
    end = time.monotonic() + SHORT_SECONDS
    if not urgent:
        _stand_in_line(_bucket(CROWD, bot), CROWD_PER_SECOND, end)
    _stand_in_line(everybody, PER_SECOND, end)


def _take_turn_of_chat(everybody: str, chat_id: int) -> float:
    bucket = f"{everybody}:{chat_id}"
    if chat_id < 0:
        return limiter.acquire(bucket, rate=GROUP_PER_MINUTE, interval=60.0, burst=CHAT_BURST)
    return limiter.acquire(bucket, rate=1, interval=CHAT_SECONDS, burst=CHAT_BURST)


def _stand_in_line(bucket: str, rate: int, end: float) -> None:
    """Take a place in `bucket` before `end` (monotonic seconds), or raise `RateLimited`."""
    while wait := limiter.acquire(bucket, rate=rate, interval=1.0, burst=3):
        if time.monotonic() + wait > end:
            raise RateLimited(retry_after=wait)
        time.sleep(wait)
