"""Errors handed to whoever reads them from a Redis list: `naryad:errors:NAME`, the newest at the end.

They go through the outbox, so no run waits for that server or fails because of it. The list lies in
`ERROR_REDIS_URL`, without one in Valkey of the installation itself; the prefix keeps it apart from all that is ours.
"""

from __future__ import annotations

from typing import Any, Final

import redis
from django.conf import settings

from integrations import outbox, safe_json
from integrations.errors import ErrorListAway
from integrations.valkey import client

TOPIC: Final = "error.list"
"""`{"key", "entry"}`, with the key as ordering key; the entry has an `id`."""
PREFIX: Final = "naryad:errors:"
MOST: Final = 10_000
"""Entries that a list keeps: the oldest are dropped, since nobody may be reading."""
REMEMBERED_SECONDS: Final = 7 * 24 * 3600

# A message may be delivered twice, its entry is added once.
_PUSH: Final = """
if redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[3]) then
    redis.call('RPUSH', KEYS[1], ARGV[1])
    redis.call('LTRIM', KEYS[1], -tonumber(ARGV[2]), -1)
end
return 1
"""


def hand_over(*, key: str, entry: dict[str, Any]) -> None:
    """Let `entry`, which has an `id`, be added to the list `key` after the caller's transaction."""
    payload = {"key": key, "entry": entry}
    outbox.add(topic=TOPIC, payload=payload, dedupe_key=f"{TOPIC}:{entry['id']}", ordering_key=f"{TOPIC}:{key}")


def push(payload: dict[str, Any]) -> None:
    """The outbox's handler. Raises `ErrorListAway`."""
    name = PREFIX + payload["key"]
    entry = payload["entry"]
    address = settings.ERROR_REDIS_URL or settings.REDIS_URL
    seen = f"{name}:seen:{entry['id']}"
    try:
        client(address).eval(_PUSH, 2, name, seen, safe_json.dumps(entry), MOST, REMEMBERED_SECONDS)
    except redis.RedisError as error:
        raise ErrorListAway(cause=type(error).__name__) from error
