"""What sockets read of a run, in their reader's language; sockets that ask the same at one time are served once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils import translation

from executions.consumers.database import patiently
from executions.errors import ExecutionNotFound
from executions.models import Execution
from executions.realtime import reading
from integrations import safe_json

PAGE = 500
SNAPSHOT_STEPS = 1000
"""Steps in one snapshot frame: below the 1 MiB that common clients accept."""

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """An event and the frame that tells it."""

    event: dict[str, Any]
    frame: str

    @property
    def seq(self) -> int:
        return int(self.event["seq"])


@dataclass(frozen=True)
class Snapshot:
    """The number of the last line that it contains, each step's attempt, and the frames that tell it."""

    seq: int
    attempts: dict[str, int]
    frames: list[str]


class Shared(Generic[T]):
    """Answers everybody who asks the same question while it is being answered with one reading."""

    def __init__(self, read: Callable[..., T]) -> None:
        self._read = read
        self._asked: dict[tuple[Any, ...], asyncio.Task[T]] = {}

    async def __call__(self, *question: Any) -> T:
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(patiently(self._read, *question))
            task.add_done_callback(lambda _task: self._asked.pop(question, None))
        return await asyncio.shield(task)


async def read_sequence(execution_id: uuid.UUID) -> int:
    """The number of the newest line. Raises `ExecutionNotFound`."""
    found = await patiently(reading.sequences, [execution_id])
    if execution_id not in found:
        raise ExecutionNotFound
    return found[execution_id]


async def read_ended_attempts(execution_id: uuid.UUID) -> dict[str, int]:
    """What `Snapshot.attempts` would tell of the steps that do not run now."""
    return await patiently(reading.ended_attempts, execution_id)


def _snapshot(execution_id: uuid.UUID, language: str) -> Snapshot:
    with translation.override(language):
        try:
            state = reading.snapshot(execution_id)
        except Execution.DoesNotExist:
            raise ExecutionNotFound from None
    steps = state["steps"]
    frames = []
    for start in range(0, max(1, len(steps)), SNAPSHOT_STEPS):
        part = {**state, "steps": steps[start : start + SNAPSHOT_STEPS], "more": start + SNAPSHOT_STEPS < len(steps)}
        frames.append(safe_json.dumps({"type": "snapshot", **part}))
    return Snapshot(state["seq"], {step["id"]: step["attempt"] for step in steps}, frames)


def _page(execution_id: uuid.UUID, seq: int, language: str) -> list[Line]:
    with translation.override(language):
        events = reading.events_since(execution_id, seq, PAGE)
    return [Line(event, safe_json.dumps({"type": "event", "seq": event["seq"], "event": event})) for event in events]


read_snapshot = Shared(_snapshot)
"""`(execution_id, language)`: the run as it stands. Raises `ExecutionNotFound`."""

read_journal = Shared(_page)
"""`(execution_id, seq, language)`: the next page of lines after `seq`."""
