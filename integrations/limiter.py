"""Token buckets that all workers share, and the rest that a 429 asks for.

The generic cell rate algorithm in one Lua script, by the server's clock. Nothing here sleeps: the caller is told how
long to wait, so that a far slot can become a row in the database instead of a sleeping worker. While Valkey is away
everything is let through, and the other side's own answers set the pace.
"""

from __future__ import annotations

from typing import Final

from integrations.valkey import SharedScript

PREFIX: Final = "naryad:limit:"
INNER: Final = "inner:"
"""So begin the names of buckets that hold up those who call us; all others hold up our own calls."""
MICROSECONDS: Final = 1_000_000
LONGEST_REST: Final = 86_400.0
"""Seconds. A server that asks for more, a year maybe, is asked again after a day."""
FARTHEST: Final = 7 * 86_400 * MICROSECONDS
"""How far ahead a bucket can be full or rest; what stands further off was written by nobody of ours."""

_NOW = f"""
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function number(field)
    local held = tonumber(redis.call('HGET', KEYS[1], field) or '0')
    return held and held >= 0 and held < now + {FARTHEST} and held or 0
end
local function keep(field, at)
    redis.call('HSET', KEYS[1], field, string.format('%.0f', at))
    local last = math.max(number('full_at'), number('frozen_until'), now)
    redis.call('PEXPIRE', KEYS[1], math.ceil((last - now) / 1000) + 1000)
end
"""

# ARGV: microseconds per token, size of the bucket. `full_at` is when the bucket would be full again, `slack` how long
# before that it has a token.
_ACQUIRE = SharedScript(
    _NOW
    + """
local rest = number('frozen_until') - now
if rest > 0 then return rest end
local step, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.max(number('full_at'), now)
local wait = full_at - (size - 1) * step - now
if wait > 0 then return math.ceil(wait) end
keep('full_at', full_at + step)
redis.call('HSET', KEYS[1], 'slack', (size - 1) * step)
return 0
"""
)

# ARGV: microseconds. The longer rest wins.
_FREEZE = SharedScript(
    _NOW
    + """
local until_ = now + tonumber(ARGV[1])
if until_ > number('frozen_until') then keep('frozen_until', until_) end
return 0
"""
)

_FROZEN = SharedScript(_NOW + "return math.max(number('frozen_until') - now, 0)")
_BACKLOG = SharedScript(_NOW + "return math.max(number('full_at') - now, 0)")


def acquire(key: str, *, rate: float, interval: float, burst: int) -> float:
    """Take a token from the bucket `key` that refills `rate` tokens per `interval` seconds up to `burst`.

    Returns 0.0 when a token was taken; otherwise the seconds until one will be there, and nothing was taken.
    """
    step = max(round(interval / rate * MICROSECONDS), 1)
    return _ACQUIRE.run([PREFIX + key], [step, burst], otherwise=0) / MICROSECONDS


def freeze(key: str, seconds: float) -> None:
    """Let nobody take from the bucket `key` for `seconds`, at most a day; a longer rest that already holds stays."""
    _FREEZE.run([PREFIX + key], [round(min(seconds, LONGEST_REST) * MICROSECONDS)], otherwise=0)


def frozen(key: str) -> float:
    """Seconds for which the bucket `key` still rests; 0.0 when it does not."""
    return _FROZEN.run([PREFIX + key], [], otherwise=0) / MICROSECONDS


def backlog(key: str) -> float:
    """Seconds until the bucket `key` is full again if nobody takes from it; 0.0 when it is full. Takes nothing."""
    return _BACKLOG.run([PREFIX + key], [], otherwise=0) / MICROSECONDS
