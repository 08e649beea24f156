"""What the bells of this floor start. The queue's name is all that a message carries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import close_old_connections

from integrations import listening, outbox, relay

SLICE_SECONDS: Final = 10.0
"""How long one bell may keep a worker."""
BATCH: Final = 20
LISTEN_SECONDS: Final = 2.0
EARS: Final = 2
"""How many threads of a process listen for the bells of one queue at once: each holds one of the worker's places."""

ONE_BY_ONE: Final = frozenset({"notifications"})
"""Queues that one thread of a process delivers at a time: whoever kills it repeats what it was sending, one message."""


class Turn:
    """One thread at a time does a piece of work; who comes meanwhile leaves it to that one, which does it once more."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._taken = threading.Lock()

    def work(self, act: Callable[[], None]) -> bool:
        """Whether it was this thread's turn; if not, another begins `act` after this call. Raises what `act` does."""
        mine = False
        self._wanted.set()
        # Who wants something while the place is taken is seen by its holder, who looks again after giving it up.
        while self._wanted.is_set() and self._taken.acquire(blocking=False):
            mine = True
            try:
                self._wanted.clear()
                act()
            finally:
                self._taken.release()
        return mine


_turns = {queue: Turn() for queue in ONE_BY_ONE}
_ears = {str(queue): threading.BoundedSemaphore(EARS) for queue in outbox.QUEUES}
_leaving = threading.Event()


@shared_task(name="integrations.relay")
def relay_due(queue: str) -> None:
    """Deliver what is due in `queue`, and listen for a moment whether more comes: a bell heard needs no message.

    A forged name is no queue.
    """
    ears = _ears.get(queue)
    if ears is None:
        return
    if not deliver(queue) or not ears.acquire(blocking=False):
        return
    try:
        while heard := listening.wait(
            queue, seconds=LISTEN_SECONDS, is_there=lambda: _is_due(queue), leave=_leaving.is_set
        ):
            outbox.ring_out(queue, heard.workers - 1)
            if not deliver(queue):
                break
    finally:
        ears.release()


def deliver(queue: str) -> bool:
    """Deliver what is due in `queue`; False when another thread is at it, which then looks once more itself."""
    turn = _turns.get(queue)
    if turn is None:
        _deliver(queue)
        return True
    return turn.work(lambda: _deliver(queue))


def _deliver(queue: str) -> None:
    """One slice; when it is over and more is left, ring again and let others work."""
    close_old_connections()
    end = time.monotonic() + SLICE_SECONDS
    while relay.deliver_due(limit=BATCH, queue=queue) == BATCH:
        if time.monotonic() > end:
            outbox.ring(queue)
            break
    close_old_connections()  # a thread that listens keeps no connection of the pool from its neighbours


def _is_due(queue: str) -> bool:
    due = relay.is_due(queue)
    close_old_connections()
    return due


@worker_shutting_down.connect
def _leave(**_kwargs: Any) -> None:
    _leaving.set()
