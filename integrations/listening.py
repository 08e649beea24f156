"""A worker without work that waits for the next bell of its queue itself: it hears it ten times sooner than a message.

Valkey keeps a list of those who listen. Whoever rings takes as many off it as are needed and wakes them, so each bell
wakes one listener and no listener is counted twice. A listener looks once more whether there is work after it has put
itself on the list: what was committed before is seen then, what comes later rings. When its time is over it takes
itself off; if it is not there any more, it has been called. One that has died or is frozen takes its bell along until
the ticker rings again; its place on the list runs out by itself.

A bell may be rung with a word, of which whoever hears it thinks what it likes: anybody who reaches the server may say
one, and it is lost where nobody listens.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import redis
import structlog
from django.conf import settings

from integrations import valkey
from integrations.valkey import SharedScript

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.25
"""How often a listener looks whether it should go; shorter than the patience of a connection."""

_NOW = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
"""
_LISTEN = SharedScript(_NOW + "return redis.call('ZADD', KEYS[1], now + ARGV[1], KEYS[2])")
# The ear that was put up last belongs to the worker that has worked last.
_CALL = SharedScript(
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local ears = redis.call('ZPOPMAX', KEYS[1], ARGV[1])
for place = 1, #ears, 2 do
    redis.call('LPUSH', ears[place], ARGV[2 + (place + 1) / 2] or '')
    redis.call('EXPIRE', ears[place], 10)
end
local waiting = redis.call('TYPE', ARGV[2]).ok == 'list' and redis.call('LLEN', ARGV[2]) or 0
return {#ears / 2, waiting}
"""
)


class Called(NamedTuple):
    """Whom a call has reached: how many it has `woken`, and how many messages of the queue nobody has taken yet."""

    woken: int
    waiting: int


class Heard(NamedTuple):
    """There is work for so many workers; `word` is what the bell was rung with."""

    workers: int
    word: str = ""


def call(queue: str, times: int, words: Sequence[str] = ()) -> Called:
    """Wake `times` of those who listen at `queue`, as far as there are so many; the first ones hear the `words`."""
    # The queue itself is no key of the script: keys that hold something strange are forgotten, bells may not be.
    return Called(*_CALL.run([_list(queue)], [times, queue, *words[:times]], otherwise=(0, 0)))


def wait(queue: str, *, seconds: float, is_there: Callable[[], bool], leave: Callable[[], bool]) -> Heard | None:
    """Wait for a bell of `queue`; None when it is time to go.

    That is after `seconds`, soon after `leave` says so, or when Valkey is away. `is_there` tells whether there is work.
    There is work for two when there was some already, and a bell came beside.
    """
    ear = f"naryad:ear:{queue}:{secrets.token_hex(8)}"
    if _LISTEN.run([_list(queue), ear], [seconds + LOOK_SECONDS], otherwise=None) is None:
        return None
    try:
        server = valkey.client(settings.REDIS_URL)
        if is_there():
            return Heard(1 + _was_called(server, queue, ear))
        word = _heard(server, ear, seconds, leave)
        if word is not None:
            return Heard(1, word)
        return Heard(1) if _was_called(server, queue, ear) else None
    except redis.RedisError as error:
        log.info("cannot listen for bells", queue=queue, error=type(error).__name__)
        return None


def _heard(server: redis.Redis, ear: str, seconds: float, leave: Callable[[], bool]) -> str | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not leave():
        heard = server.blpop([ear], timeout=LOOK_SECONDS)
        if heard is not None:
            return str(heard[1])
    return None


def _was_called(server: redis.Redis, queue: str, ear: str) -> bool:
    """Stop listening; whether a bell came in this moment."""
    return not server.zrem(_list(queue), ear)


def _list(queue: str) -> str:
    return f"naryad:ears:{queue}"
