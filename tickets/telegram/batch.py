"""Handles many updates at once: people side by side, what one person does in its order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tickets.telegram.crew import Crew
from tickets.telegram.reply import Reply

Update = dict[str, Any]
Handle = Callable[[Update], Reply | None]
Answer = Callable[[Reply], None]


class Batch:
    """What one request for updates has brought. Once `stop` is set, no further update is begun."""

    def __init__(self, updates: Sequence[Update], *, stop: threading.Event) -> None:
        self._stop = stop
        self._ids = [update["update_id"] for update in updates]
        self._undone = set(self._ids)
        flows: dict[int, list[Update]] = {}
        for update in updates:
            flows.setdefault(_whose(update), []).append(update)
        self._flows = deque(flows.values())

    @property
    def handled(self) -> int | None:
        """The last update that is done with all before it; None when the first one is not."""
        first_undone = min(self._undone, default=None)
        return max((one for one in self._ids if first_undone is None or one < first_undone), default=None)

    def run(self, handle: Handle, answer: Answer, crew: Crew) -> None:
        """`handle` every update, and `answer` with what that returns; both are through when this ends.

        One person's updates are handled here, those of several by the crew. What `handle` raises ends the thread that
        it is raised in, and is raised here when the others are through.
        """
        if len(self._flows) < 2:
            self._work(handle, answer)
            return
        try:
            crew.handle(
                lambda: self._work(handle, lambda reply: crew.tell(partial(answer, reply))), hands=len(self._flows)
            )
        finally:
            crew.listen()

    def _work(self, handle: Handle, answer: Answer) -> None:
        for update in self._next():
            reply = handle(update)
            self._undone.discard(update["update_id"])
            if reply is not None:
                answer(reply)

    def _next(self) -> Iterator[Update]:
        """Updates of one person after the other, until nobody's are left."""
        while True:
            try:
                flow = self._flows.popleft()
            except IndexError:
                return
            for update in flow:
                if self._stop.is_set():
                    return
                yield update


def _whose(update: Update) -> int:
    """Who did it; of an update that says nothing of the kind, nobody."""
    for content in update.values():
        sender = content.get("from") if isinstance(content, dict) else None
        if isinstance(sender, dict) and type(sender.get("id")) is int:
            return int(sender["id"])
    return 0
