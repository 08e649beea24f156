"""Waiting for the end of a run, or for its answer, for a caller who has asked to be answered then."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import close_old_connections

from accounts.statements import HotStatement
from executions.engine.states import FINISHED_EXECUTION
from executions.errors import ExecutionNotFound
from executions.models import RunAnswer
from executions.realtime.ear import ear_of
from integrations import safe_json

LOOK_SECONDS: Final = 1.0
"""How often whoever waits looks by itself: an announcement may be lost."""
LOOK_UNHEARD_SECONDS: Final = 0.25
FIRST_LOOK_SECONDS: Final = 0.02
"""When whoever has just started a run looks first: most announce their end earlier, and few before one listens."""
WAITERS: Final = 800
"""Callers of a process who wait at once. Each keeps a thread from other requests (`config.handler`), so that whoever
comes beyond is answered as if the time were over."""
places: Final = threading.BoundedSemaphore(WAITERS)


class Standing(NamedTuple):
    """What changes of a run while it goes on, named as the columns of its row."""

    status: str
    event_seq: int
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    error: Any
    is_answered: bool

    @property
    def is_over(self) -> bool:
        return self.status in FINISHED_EXECUTION


def wait_until_finished(execution_id: uuid.UUID, seconds: float, *, seen: int = 0) -> Standing:
    """How the run stands when it has ended, or after `seconds`. Holds no database connection while it waits.

    `seen` is the line of its journal that the caller knows to be no end: then nobody looks before there is news, and
    the caller's connection is kept for the first moment, in which most short runs end. Raises `ExecutionNotFound`.
    """
    return _wait(execution_id, seconds, seen, lambda run: run.is_over)


def wait_for_answer(execution_id: uuid.UUID, seconds: float) -> RunAnswer | None:
    """The answer that a step of the run gives; None when the run ends without one, or after `seconds`.

    Holds no database connection while it waits. Raises `ExecutionNotFound`.
    """
    run = _wait(execution_id, seconds, 0, lambda run: run.is_over or run.is_answered)
    if not run.is_answered:
        return None
    try:
        return RunAnswer.objects.filter(pk=execution_id).first()
    finally:
        close_old_connections()


def _wait(execution_id: uuid.UUID, seconds: float, seen: int, is_enough: Callable[[Standing], bool]) -> Standing:
    if not places.acquire(blocking=False):
        return _look(execution_id)
    try:
        return _wait_in_place(execution_id, seconds, seen, is_enough)
    finally:
        places.release()


def _wait_in_place(
    execution_id: uuid.UUID, seconds: float, seen: int, is_enough: Callable[[Standing], bool]
) -> Standing:
    deadline = time.monotonic() + seconds
    ear = ear_of(settings.REDIS_URL)
    with ear.hearing(execution_id, beyond=seen) as news:
        if seen:
            news.wait(min(seconds, FIRST_LOOK_SECONDS))
        while True:
            news.clear()
            run = _look(execution_id)
            if is_enough(run) or (rest := deadline - time.monotonic()) <= 0:
                return run
            news.beyond = run.event_seq
            news.wait(min(rest, LOOK_SECONDS if ear.hears else LOOK_UNHEARD_SECONDS))


_STANDING = HotStatement(
    """
SELECT status, event_seq, started_at, finished_at, deadline_at, error::text,
    EXISTS (SELECT FROM executions_runanswer answer WHERE answer.execution_id = run.id)
FROM executions_execution run WHERE id = %(run)s::uuid
"""
)


def _look(execution_id: uuid.UUID) -> Standing:
    try:
        row = _STANDING.row({"run": execution_id})
    finally:
        close_old_connections()
    if row is None:
        raise ExecutionNotFound
    run = Standing(*row)
    return run if run.error is None else run._replace(error=safe_json.loads(run.error))
