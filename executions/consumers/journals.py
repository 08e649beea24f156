"""What sockets read of a run, in the reader's language; sockets that ask the same at one time are served once."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from django.utils import translation

from executions import realtime
from executions.consumers.database import patiently
from executions.errors import ExecutionNotFound
from executions.models import Execution

PAGE = 500

Frame = dict[str, Any]
Question = tuple[uuid.UUID, int, str]

_asked: dict[Question, asyncio.Task[list[Frame]]] = {}


async def read_snapshot(execution_id: uuid.UUID, language: str) -> Frame:
    """The run as it stands. Raises `ExecutionNotFound`."""
    return await patiently(_snapshot, execution_id, language)


async def read_journal(execution_id: uuid.UUID, seq: int, language: str) -> list[Frame]:
    """The next page of journal lines after `seq`."""
    question = execution_id, seq, language
    task = _asked.get(question)
    if task is None:
        task = _asked[question] = asyncio.create_task(patiently(_page, *question))
        task.add_done_callback(lambda _task: _asked.pop(question, None))
    return await asyncio.shield(task)


async def read_sequence(execution_id: uuid.UUID) -> int:
    """The number of the newest line. Raises `ExecutionNotFound`."""
    found = await patiently(realtime.sequences, [execution_id])
    if execution_id not in found:
        raise ExecutionNotFound
    return found[execution_id]


def _snapshot(execution_id: uuid.UUID, language: str) -> Frame:
    with translation.override(language):
        try:
            return realtime.snapshot(execution_id)
        except Execution.DoesNotExist:
            raise ExecutionNotFound from None


def _page(execution_id: uuid.UUID, seq: int, language: str) -> list[Frame]:
    with translation.override(language):
        return realtime.events_since(execution_id, seq, PAGE)
