"""The threads of a process that fetches updates, kept from one batch to the next for as long as many come."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

HANDS: Final = 4
"""Threads that handle updates, each with a connection of its own to the database."""
VOICES: Final = 24
"""Threads that tell Telegram what came of presses. A word travels there and back while a hand finds many others: with
fewer, the way would decide how many are told in a second."""


class Crew:
    """`hands` and `voices` begin with their first work. Not thread-safe: it belongs to who fetches."""

    def __init__(self) -> None:
        self._hands: ThreadPoolExecutor | None = None
        self._voices: ThreadPoolExecutor | None = None
        self._lines: list[Any] = []
        self._telling: list[Future[None]] = []

    def handle(self, work: Callable[[], None], *, hands: int) -> None:
        """Do `work` with so many hands at once, at most `HANDS`; ends with the last, and raises what one has raised."""
        if self._hands is None:
            self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="telegram", initializer=self._sit_down)
        working = [self._hands.submit(work) for _hand in range(min(hands, HANDS))]
        wait(working)
        for one in working:
            one.result()

    def tell(self, word: Callable[[], None]) -> None:
        """Have `word` told by a voice; nobody waits for it here."""
        if self._voices is None:
            self._voices = ThreadPoolExecutor(VOICES, thread_name_prefix="telegram-voice")
        self._telling.append(self._voices.submit(word))

    def listen(self) -> None:
        """Wait until all that was to be told is told."""
        wait(self._telling)
        self._telling.clear()

    def rest(self) -> None:
        """Send everybody away, with their connections; whoever is needed again comes anew."""
        for pool in (self._hands, self._voices):
            if pool is not None:
                pool.shutdown()
        for line in self._lines:
            line.close()
        self._hands = self._voices = None
        self._lines.clear()
        self._telling.clear()

    def _sit_down(self) -> None:
        """In a new hand: its connection is closed by who sends it away."""
        line = connections[DEFAULT_DB_ALIAS]
        line.inc_thread_sharing()
        self._lines.append(line)
