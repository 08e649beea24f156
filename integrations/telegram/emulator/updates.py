"""The updates that wait for the bot, however it fetches them."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from integrations.telegram.emulator.refusals import OTHER_POLLER, WEBHOOK_ACTIVE, Refusal
from integrations.telegram.emulator.world import PRESS_SECONDS, World

DEFAULT_KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member", "poll")


@dataclass
class Waiting:
    """An update; `due` and `tries` matter to a webhook only. `flow` is kept in order: a chat, or who pressed."""

    content: dict[str, Any]
    flow: str
    born: float
    due: float = 0.0
    tries: int = 0
    under_way: bool = False

    @property
    def id(self) -> int:
        return int(self.content["update_id"])


class Updates:
    """Under the lock of the world, like everything in it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pollers = itertools.count(1)
        self.webhook_active = False
        self.reset()

    def reset(self) -> None:
        with self._world.changed:
            self.waiting: list[Waiting] = []
            self.polls: list[dict[str, Any]] = []
            self.kinds: tuple[str, ...] = DEFAULT_KINDS
            self.doubled = 0
            self.swapped = 0
            self.silent_on_confirmation = False
            self.closed = False
            self._held: Waiting | None = None
            # Larger than all of an earlier life: a number that is known already is taken for a repeat.
            self._ids = itertools.count(max(int(self._world.clock()), 1000))
            self._poller = next(self._pollers)
            self._world.touch()

    def close(self) -> None:
        """Turn away whoever still waits."""
        with self._world.changed:
            self.closed = True
            self._world.touch()

    def add(self, flow: str, **content: Any) -> int:
        """A new update; returns its id. Kinds that the bot does not want are dropped."""
        with self._world.changed:
            update = Waiting({"update_id": next(self._ids), **content}, flow, self._world.clock())
            if not any(kind in content for kind in self.kinds):
                return update.id
            if self.swapped and self._held is None:
                self._held, self.swapped = update, self.swapped - 1
                return update.id
            self.waiting.append(update)
            if self._held is not None:
                self.waiting.append(self._held)
                self._held = None
            if self.doubled:
                self.doubled -= 1
                self.waiting.append(Waiting(update.content, flow, update.born))
            self._world.touch()
        return update.id

    def expire(self) -> None:
        """Presses that nobody has fetched in time are lost."""
        now = self._world.clock()
        self.waiting = [
            one for one in self.waiting if "callback_query" not in one.content or now - one.born < PRESS_SECONDS
        ]

    def batch(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """`getUpdates`: confirm what lies before `offset`, wait for more, give it. Raises `Refusal` (409)."""
        with self._world.changed:
            self.polls.append(values)
            me = self._poller = next(self._pollers)
            self._world.touch()
            if self.webhook_active:
                raise Refusal(409, WEBHOOK_ACTIVE)
            self._confirm(values, me)
            self.kinds = tuple(_list(values.get("allowed_updates"))) or self.kinds
            self.waiting = [one for one in self.waiting if any(kind in one.content for kind in self.kinds)]
            end = time.monotonic() + float(values.get("timeout", 0))
            while not self.waiting and not self._left(me) and time.monotonic() < end:
                self._world.changed.wait(end - time.monotonic())
            if self._left(me):
                raise Refusal(409, OTHER_POLLER)
            self.expire()
            return [one.content for one in self.waiting[: int(values.get("limit", 100))]]

    def _confirm(self, values: dict[str, Any], me: int) -> None:
        if "offset" not in values:
            return
        if self.silent_on_confirmation:  # such a request stays without effect, whatever comes later
            self._world.changed.wait_for(lambda: self._left(me))
        if not self._left(me):
            offset = int(values["offset"])
            self.waiting = [one for one in self.waiting if one.id >= offset] if offset >= 0 else self.waiting[offset:]

    def _left(self, poller: int) -> bool:
        return self.closed or self._poller != poller


def _list(value: Any) -> list[str]:
    found = json.loads(value) if isinstance(value, str) and value else value
    return [str(one) for one in found or []]
