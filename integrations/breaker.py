"""Circuit breakers that all workers share: a host that keeps failing is left alone for a while.

A circuit opens when in half a minute at least `FAILURES` calls failed and at least half of all did. After a rest,
which doubles with each failed probe, exactly one caller in the whole installation may probe; its success closes the
circuit. Only 5xx answers and a broken line are failures: a 429 is an answer. The clock is Valkey's; while Valkey is
away every circuit counts as closed.
"""

from __future__ import annotations

from typing import Final

from integrations.errors import CircuitOpen
from integrations.valkey import SharedScript

PREFIX: Final = "naryad:breaker:"
FAILURES: Final = 5
WINDOW_MS: Final = 30_000
REST_MS: Final = 15_000
REST_CAP_MS: Final = 300_000
PROBE_MS: Final = 60_000
"""How long a probe may take before another caller may try."""
FORGET_MS: Final = 900_000
"""Nothing that is known of a circuit reaches further, back or ahead: what does was written by nobody of ours."""

_NOW = f"""
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function number(field)
    local held = tonumber(redis.call('HGET', KEYS[1], field) or '0')
    return held and held >= 0 and held < now + {FORGET_MS} and held or 0
end
"""

# ARGV: PROBE_MS. Returns the milliseconds to wait; 0 lets the call through.
_CHECK = SharedScript(
    _NOW
    + """
local open_until = number('open_until')
if open_until == 0 then return 0 end
if now < open_until then return open_until - now end
local probe_until = number('probe_until')
if now < probe_until then return math.min(probe_until - now, 2000) end
redis.call('HSET', KEYS[1], 'probe_until', now + ARGV[1])
return 0
"""
)

# ARGV: WINDOW_MS, FORGET_MS. A late success from before the opening does not close a circuit. Returns 1 when this one
# has closed it.
_SUCCEEDED = SharedScript(
    _NOW
    + """
local open_until = number('open_until')
if open_until > 0 then
    if now < open_until then return 0 end
    redis.call('DEL', KEYS[1])
    return 1
end
if now - number('since') > tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[1], 'since', now, 'good', 1, 'bad', 0)
else
    redis.call('HINCRBY', KEYS[1], 'good', 1)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0
"""
)

# ARGV: WINDOW_MS, FORGET_MS, FAILURES, REST_MS, REST_CAP_MS. Returns 1 when this failure opened the circuit, and 0
# when a probe failed: the circuit was open.
_FAILED = SharedScript(
    _NOW
    + """
local open_until = number('open_until')
local trips = number('trips')
local opens = false
if open_until > 0 then
    opens = now >= open_until
else
    if now - number('since') > tonumber(ARGV[1]) then
        redis.call('HSET', KEYS[1], 'since', now, 'good', 0, 'bad', 1)
    else
        redis.call('HINCRBY', KEYS[1], 'bad', 1)
    end
    opens = number('bad') >= tonumber(ARGV[3]) and number('bad') >= number('good')
end
if opens then
    local rest = math.min(ARGV[4] * 2 ^ trips, ARGV[5])
    redis.call('HSET', KEYS[1], 'open_until', string.format('%.0f', now + rest), 'trips', trips + 1, 'probe_until', 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return opens and open_until == 0 and 1 or 0
"""
)

_RELEASED = SharedScript("if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'probe_until', 0) end")


def check(key: str, *, host: str) -> None:
    """Ask before a call; after it `succeeded`, `failed` or `released` must follow. Raises `CircuitOpen`."""
    wait = _CHECK.run([PREFIX + key], [PROBE_MS], otherwise=0)
    if wait:
        raise CircuitOpen(retry_after=wait / 1000, host=host)


def succeeded(key: str) -> bool:
    """The host answered, whatever it said below 500; True when this closed the circuit."""
    return bool(_SUCCEEDED.run([PREFIX + key], [WINDOW_MS, FORGET_MS], otherwise=0))


def failed(key: str) -> bool:
    """The host answered 5xx or not at all; True when this opened the circuit, which was closed."""
    return bool(_FAILED.run([PREFIX + key], [WINDOW_MS, FORGET_MS, FAILURES, REST_MS, REST_CAP_MS], otherwise=0))


def released(key: str) -> None:
    """The call ended without telling anything about the host, e.g. by cancellation: a probe is given back."""
    _RELEASED.run([PREFIX + key], [], otherwise=0)
