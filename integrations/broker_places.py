"""Where the broker keeps its bells: what stands there is of the broker's kind, or it is forgotten.

Anybody who reaches Valkey may put something else there, and each command of the broker would fail on it for ever: no
worker could take a bell, no process could ring one.
"""

from __future__ import annotations

from typing import Final

from integrations.valkey import SharedScript

QUEUES: Final = ("io", "cpu", "notifications", "system")
PRIORITIES: Final = ("", "\x06\x163", "\x06\x166", "\x06\x169")
"""How the names of a queue's lists end, as kombu builds them."""
PLACES: Final = {
    **{f"{queue}{priority}": "list" for queue in QUEUES for priority in PRIORITIES},
    **{f"_kombu.binding.{queue}": "set" for queue in QUEUES},
    "unacked": "hash",
    "unacked_index": "zset",
    "unacked_mutex": "string",
}
"""What belongs there, in Valkey's words."""

_CLEAR = SharedScript("""
local gone = 0
for place, kind in ipairs(ARGV) do
    local found = redis.call('TYPE', KEYS[place]).ok
    if found ~= 'none' and found ~= kind then gone = gone + redis.call('DEL', KEYS[place]) end
end
return gone
""")


def clear_places() -> int:
    """Forget what is not the broker's; returns how much that was, 0 while Valkey is away."""
    gone: int = _CLEAR.run(list(PLACES), list(PLACES.values()), otherwise=0)
    return gone
