"""Steering many runs at once: each is a transaction of its own, and what is in no state for it is passed over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

import structlog
from django.db.models import QuerySet

from executions.engine.states import OPEN_EXECUTION, ExecutionStatus
from executions.models import Execution
from executions.services.control import pause, resume, stop
from executions.services.repeating import retry
from executions.services.tally import MOST, Tally

log = structlog.get_logger(__name__)


class BulkAction(StrEnum):
    """What can be done to many runs."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RETRY = "retry"  # from the failure, on the version that the run began with


STATES: dict[BulkAction, frozenset[ExecutionStatus]] = {
    BulkAction.PAUSE: frozenset({ExecutionStatus.RUNNING}),
    BulkAction.RESUME: frozenset({ExecutionStatus.PAUSED}),
    BulkAction.STOP: OPEN_EXECUTION,
    BulkAction.RETRY: frozenset({ExecutionStatus.FAILED, ExecutionStatus.STOPPED}),
}
"""The states in which each of them changes anything."""

VERBS: dict[BulkAction, Callable[..., Execution]] = {
    BulkAction.PAUSE: pause,
    BulkAction.RESUME: resume,
    BulkAction.STOP: stop,
    BulkAction.RETRY: retry,
}


def steer(
    runs: QuerySet[Execution], action: BulkAction, *, user: Any, reason: str = "", dry_run: bool = False
) -> Tally:
    """Do `action` to the oldest `MOST` of `runs` that are in a state for it; with `dry_run` only count."""
    matched = runs.count()
    fitting = runs.filter(status__in=STATES[action])
    count = fitting.count()
    tally = Tally(matched=matched, dry_run=dry_run, skipped=matched - count, remaining=max(0, count - MOST))
    if dry_run:
        tally.done = count - tally.remaining
        return tally
    for run in list(fitting.order_by("created_at", "id").values_list("id", flat=True)[:MOST]):
        tally.attempt([run], partial(_do, VERBS[action], run, user=user, reason=reason))
    log.info("many runs steered", action=str(action), done=tally.done, failed=len(tally.failed))
    return tally


def _do(verb: Callable[..., Execution], execution_id: uuid.UUID, **options: Any) -> uuid.UUID:
    run: uuid.UUID = verb(execution_id=execution_id, **options).pk
    return run
