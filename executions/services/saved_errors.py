"""The list of errors: running one again, noting that somebody has dealt with it, and forgetting old ones."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Literal

import structlog
from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.clock import Clock, Now
from executions.engine.states import Origin
from executions.errors import BadInput, ErrorHandled, ExecutionNotFound, SavedErrorNotFound
from executions.models import Execution, Notice, SavedError
from executions.services.repeating import retry
from executions.services.starting import Cause, start
from workflows import services as workflows

log = structlog.get_logger(__name__)

Way = Literal["item", "input", "failed"]
"""How an error is run again: a new run with what it is about, one with the `inputData` of its run, or its run itself
from where it has failed."""


def find(user: Any, error_id: str, *, action: str = "execution.view") -> SavedError:
    """The error, if `user` may see it; raises `SavedErrorNotFound`, or `Forbidden` for an `action` above their role."""
    try:
        key = uuid.UUID(error_id)
    except ValueError:
        raise SavedErrorNotFound from None
    error = SavedError.objects.visible_to(user).select_related("workflow", "handled_by").filter(pk=key).first()
    if error is None:
        raise SavedErrorNotFound
    if action != "execution.view":
        accounts.require(user, action, error.project_id)
    return error


def replay(error: SavedError, *, user: Any, way: Way | None = None, reason: str = "") -> Execution:
    """Run the error again, once; returns the run that has begun or goes on.

    Without a `way` a run goes on from its failure, and what a step has saved begins a new run with its item. Raises
    `ErrorHandled`, `BadInput` where there is no item, `ExecutionNotFound` where the run has been forgotten, and what
    starts and retries raise.
    """
    way = way or ("failed" if error.source == SavedError.Source.RUN else "item")
    with transaction.atomic():
        _take(error, SavedError.State.REPLAYED, user, reason)
        run = _run_again(error, way, user, reason)
        SavedError.objects.filter(pk=error.pk).update(replay_id=run.pk)
    log.info("saved error replayed", error_id=str(error.pk), execution_id=str(run.pk), way=way)
    return run


def put_aside(error: SavedError, *, user: Any, outcome: Literal["resolved", "dismissed"], reason: str) -> None:
    """Note that somebody has dealt with the error, or that nothing is to be done. Raises `ErrorHandled`."""
    with transaction.atomic():
        _take(error, SavedError.State(outcome), user, reason)


def see(notice: Notice, *, user: Any) -> None:
    """Note who has seen the notice first."""
    Notice.objects.filter(pk=notice.pk, seen_at=None).update(seen_by=user, seen_at=Clock())


def prune(limit: int) -> int:
    """Forget at most `limit` errors and as many notices whose time is over; returns how many. For the ticker."""
    if settings.ERROR_RETENTION_DAYS <= 0:
        return 0
    gone = 0
    for model in (SavedError, Notice):
        rows: Any = model.objects
        old = rows.filter(at__lt=Now() - timedelta(days=settings.ERROR_RETENTION_DAYS)).order_by("at")
        gone += rows.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
    return gone


def _take(error: SavedError, state: SavedError.State, user: Any, reason: str) -> None:
    """Of several people one deals with an error."""
    open_errors = SavedError.objects.filter(pk=error.pk, state=SavedError.State.OPEN)
    if not open_errors.update(state=state, reason=reason, handled_by=user, handled_at=Clock()):
        current = SavedError.objects.filter(pk=error.pk).values_list("state", flat=True).first()
        raise ErrorHandled(state=current)


def _run_again(error: SavedError, way: Way, user: Any, reason: str) -> Execution:
    if way == "failed":
        accounts.require(user, "execution.control", error.project_id)
        return retry(execution_id=error.execution_id, user=user, reason=reason)
    run = Execution.objects.filter(pk=error.execution_id).first()
    if way == "input":
        if run is None:
            raise ExecutionNotFound
        given = run.input_data
    else:
        given = error.input
        if not isinstance(given, dict):
            raise BadInput(fields={"way": "item"})
    cause = Cause(Origin.RETRY, retry_of=run.pk if run else None)
    return start(target=workflows.startable(error.workflow_id, user), user=user, input_data=given, cause=cause)[0]
