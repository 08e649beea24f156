"""Asking for the addresses of a name with a deadline: the system's resolver knows none."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


def in_time(
    ask: Callable[[], list[str]],
    *,
    seconds: float,
    on_cut: Callable[[Callable[[], None]], None] = lambda _wake: None,
) -> list[str]:
    """The addresses that `ask` finds, in a thread of its own.

    `on_cut` is given what wakes the one who waits. Raises `TimeoutError`, and whatever `ask` raises.
    """
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except Exception as error:  # handed to the thread that waits
            answers.put(error)

    threading.Thread(target=run, name="resolver", daemon=True).start()
    on_cut(lambda: answers.put([]))
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
