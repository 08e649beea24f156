"""Telling one watcher how one run goes: a snapshot or what was missed, then every line, over whatever wire there is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from executions.consumers.journals import read_ended_attempts, read_journal, read_sequence, read_snapshot
from executions.consumers.subscriber import Hint, Watch, subscriber
from integrations import safe_json

Tell = Callable[[str], Awaitable[None]]
"""Sends one frame, a JSON text."""
Check = Callable[[], Awaitable[float]]
"""Makes sure that the watcher may still watch, and says when (by the loop's clock) to ask again. Raises when not."""

MOVES_OF_MANY = frozenset({"execution.paused", "execution.resumed", "execution.retried", "step.retried"})
"""One journal line each, though many steps changed their state: a new snapshot follows."""


class Follower:
    """One watcher of one run. What was told last is a number; everything after it is read from the journal."""

    def __init__(self, execution_id: uuid.UUID, *, tell: Tell, check: Check, language: Callable[[], str]) -> None:
        self._execution_id = execution_id
        self._tell = tell
        self._check = check
        self._language = language
        self._settled: dict[str, int] = {}
        self._many_moved = False

    async def follow(self, since: int | None) -> None:
        """Go on until cancelled. Raises what `check` raises, and `ExecutionNotFound`."""
        with subscriber.watching(self._execution_id) as watch:
            await self._follow(watch, since)

    async def _follow(self, watch: Watch, since: int | None) -> None:
        newest = await read_sequence(self._execution_id)
        if since is None or since > newest:
            seq = await self._tell_snapshot(at_least=0)
        else:
            seq = since
            self._settled = await read_ended_attempts(self._execution_id)
        watch.tell(newest, [])
        while True:
            hints = watch.take_hints()
            seq = await self._tell_journal(seq, watch)
            if self._many_moved:
                await self._tell_snapshot(at_least=seq)
            await self._tell_hints(hints)  # the journal may know more already
            check_at = await self._check()
            await watch.wait(check_at - asyncio.get_running_loop().time())

    async def _tell_snapshot(self, *, at_least: int) -> int:
        """Tell the run as it stands, not older than line `at_least`; returns the last line that it contains."""
        snapshot = await read_snapshot(self._execution_id, self._language())
        if snapshot.seq < at_least:  # somebody else had asked before that line was written
            snapshot = await read_snapshot(self._execution_id, self._language())
        self._many_moved = False
        self._settled = dict(snapshot.attempts)
        for frame in snapshot.frames:
            await self._tell(frame)
        return snapshot.seq

    async def _tell_journal(self, seq: int, watch: Watch) -> int:
        """Tell every line up to what has been announced; returns the number of the last one told."""
        while seq < watch.seq:
            page = await read_journal(self._execution_id, seq, self._language())
            if not page:
                break  # announced by somebody who does not know the journal
            for line in page:
                await self._check()  # it may have taken the watcher long to take the last one
                await self._tell(line.frame)
                self._note(line.event)
                seq = line.seq
        watch.seq = seq
        return seq

    async def _tell_hints(self, hints: list[Hint]) -> None:
        """Pass on which steps have been claimed, unless the watcher knows more about them already."""
        for hint in hints:
            if hint["attempt"] > self._settled.get(hint["step"], 0):
                await self._tell(safe_json.dumps({"type": "hint", "execution": str(self._execution_id), **hint}))

    def _note(self, event: dict[str, Any]) -> None:
        """Remember what the watcher knows now, and whether one line stands for the moves of many steps."""
        self._many_moved = self._many_moved or event["type"] in MOVES_OF_MANY
        step, attempt = event["payload"].get("stepId"), event["payload"].get("attempt")
        if step is not None and attempt is not None:
            self._settled[str(step)] = int(attempt)
