"""How fast a bot may send, as far as Telegram tells: thirty a second, one a second and chat, twenty a minute and group.

The exact numbers are not published; small bursts into one chat are forgiven.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Final

from integrations.telegram.emulator.refusals import flood
from integrations.telegram.emulator.world import World

OVERALL: Final = (30, 1.0)
CHAT: Final = (4, 3.0)
GROUP: Final = (20, 60.0)
REST_SECONDS: Final = 3


class Limits:
    """Counts messages and edits in windows. `early` counts the calls that came although the bot was told to wait."""

    def __init__(self, world: World, *, enforced: bool) -> None:
        self._world = world
        self.enforced = enforced
        self.reset()

    def reset(self) -> None:
        self.early = 0
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._rest_until: dict[str, float] = {}

    def count(self, chat: int) -> None:
        """One more to `chat`; raises `Refusal` (429) when it is one too many."""
        if not self.enforced:
            return
        now = self._world.clock()
        windows = (("all", OVERALL), (f"chat {chat}", GROUP if chat < 0 else CHAT))
        for name, (most, seconds) in windows:
            rest = self._rest_until.get(name, 0.0) - now
            if rest > 0:
                self.early += 1
                raise flood(math.ceil(rest))
            sent = self._sent[name]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                self._rest_until[name] = now + REST_SECONDS
                raise flood(REST_SECONDS)
        for name, _window in windows:
            self._sent[name].append(now)
