"""When Telegram is down: one measure for all processes of faults in a row, with nothing that went through between them.

One fault alone may be the fault of the request. From the second in a row on it is Telegram's, until something goes
through. Known to Valkey only: while that is away no outage is known of, and each fault stands for itself.
"""

from __future__ import annotations

from typing import Final

from integrations.valkey import SharedScript

PREFIX: Final = "naryad:outage:"
FIRST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 60.0
REMEMBERED_MS: Final = 600_000
"""A fault that nothing has followed for so long says nothing of the next one."""
MOST_DOUBLINGS: Final = 10

_FAULT = SharedScript("local count = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return count")
_KNOWN = SharedScript("return tonumber(redis.call('GET', KEYS[1]) or 0) or 0")
_OVER = SharedScript("return redis.call('DEL', KEYS[1])")


def fault(name: str) -> float | None:
    """Note a fault; how many seconds to rest because of an outage, None when it is the first of its row."""
    row = int(_FAULT.run([PREFIX + name], [REMEMBERED_MS], otherwise=1))
    return rest_after(row)


def rest_after(row: int) -> float | None:
    """PURE: how long to rest after so many faults in a row: twice as long from time to time, a minute at most."""
    if row < 2:
        return None
    return min(FIRST_SECONDS * 2.0 ** min(row - 2, MOST_DOUBLINGS), LONGEST_SECONDS)


def is_on(name: str) -> bool:
    """Whether an outage is known of."""
    return int(_KNOWN.run([PREFIX + name], [], otherwise=0)) > 1


def over(name: str) -> None:
    """Something went through, or was refused in so many words."""
    _OVER.run([PREFIX + name], [], otherwise=0)
