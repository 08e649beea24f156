"""Pause, resume, stop, fail: what people, time and trouble may do to a run.

The answer is a promise: after a pause is acknowledged no step starts, after a stop none starts or commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import transaction

from accounts import failpoints
from accounts.clock import Clock
from executions import claims, journal, transitions
from executions.engine.events import Event
from executions.engine.settlement import Failure
from executions.engine.states import ExecutionStatus
from executions.errors import ExecutionNotFound, IllegalTransition
from executions.models import Execution
from executions.services.aftermath import ring, tell
from integrations import outbox, safe_json

log = structlog.get_logger(__name__)


def pause(*, execution_id: uuid.UUID, user: Any = None, reason: str = "") -> Execution:
    """No step starts from now on; what runs may end. Again: no change. Raises `IllegalTransition`."""
    with transaction.atomic():
        status = _lock(execution_id)
        failpoints.reach("pause.locked")
        if status != ExecutionStatus.PAUSED:
            _allow(status, ExecutionStatus.RUNNING)
            transitions.hold(execution_id)
            reach_children(execution_id)
            _move(execution_id, ExecutionStatus.PAUSED, "execution.paused", user, reason, paused_at=Clock())
    return Execution.objects.get(id=execution_id)


def resume(*, execution_id: uuid.UUID, user: Any = None, reason: str = "") -> Execution:
    """Go on where the pause stopped. Again: no change. Raises `IllegalTransition`."""
    with transaction.atomic():
        status = _lock(execution_id)
        failpoints.reach("resume.locked")
        if status != ExecutionStatus.RUNNING:
            _allow(status, ExecutionStatus.PAUSED)
            ready = transitions.release(execution_id)
            reach_children(execution_id)
            _move(execution_id, ExecutionStatus.RUNNING, "execution.resumed", user, reason)
            for queue, count in ready.items():
                ring(queue, count)
    return Execution.objects.get(id=execution_id)


def stop(*, execution_id: uuid.UUID, user: Any = None, reason: str = "") -> Execution:
    """Cancel everything that is open, for good. Again: no change. Raises `IllegalTransition` for a finished run."""
    with transaction.atomic():
        status = _lock(execution_id)
        failpoints.reach("stop.locked")
        if status != ExecutionStatus.STOPPED:
            _allow(status, *_STOPPABLE)
            _end(execution_id, ExecutionStatus.STOPPED, _who(user, reason), error=None)
    return Execution.objects.get(id=execution_id)


def fail(*, execution_id: uuid.UUID, failure: Failure) -> bool:
    """End a run as failed from outside of its steps; False when it has ended by itself."""
    with transaction.atomic():
        if _lock(execution_id) not in _STOPPABLE:
            return False
        failpoints.reach("fail.locked")
        error = failure.as_json()
        _end(execution_id, ExecutionStatus.FAILED, {"error": error}, error=safe_json.dumps(error))
    return True


_STOPPABLE = (
    ExecutionStatus.QUEUED,
    ExecutionStatus.RUNNING,
    ExecutionStatus.PAUSED,
    ExecutionStatus.FAILING,
)


def _lock(execution_id: uuid.UUID) -> str:
    status = claims.lock_execution(execution_id)
    if status is None:
        raise ExecutionNotFound
    return status


def _allow(status: str, *legal: ExecutionStatus) -> None:
    if status not in legal:
        raise IllegalTransition(status=status)


def reach_children(execution_id: uuid.UUID) -> None:
    """Let the runs that steps of this run wait for follow it (`children.follow`)."""
    if Execution.objects.open().filter(parent_step__execution=execution_id, awaited=True).exists():
        key = f"run.follow:{execution_id}"
        outbox.add(topic="run.follow", payload={"executionId": str(execution_id)}, ordering_key=key)


def leave_children(execution_id: uuid.UUID, children: Sequence[str]) -> None:
    """Let the runs for which steps of this run have waited, and do not any more, be stopped (`children.follow`)."""
    if children:
        key = f"run.follow:{execution_id}"
        payload = {"executionId": str(execution_id), "former": list(children)}
        outbox.add(topic="run.follow", payload=payload, ordering_key=key)


def _who(user: Any, reason: str) -> dict[str, Any]:
    return {"by": getattr(user, "username", None), "reason": reason}


def _move(
    execution_id: uuid.UUID, status: ExecutionStatus, type: str, user: Any, reason: str, **changes: Clock
) -> None:
    Execution.objects.filter(id=execution_id).update(status=status, **changes)
    _write(execution_id, [journal.event(type, {"status": status, **_who(user, reason)})])
    log.info(type, execution_id=str(execution_id), status=str(status), user=getattr(user, "username", None))


def _end(execution_id: uuid.UUID, status: ExecutionStatus, payload: dict[str, Any], *, error: str | None) -> None:
    cancelled = transitions.cancel(execution_id, running=True)
    transitions.close(execution_id, closed=len(cancelled), next=status, final=status, error=error)
    level = "error" if status is ExecutionStatus.FAILED else "warning"
    _write(execution_id, [*cancelled, journal.event(f"execution.{status}", {"status": status, **payload}, level=level)])
    log.info("run ended from outside", execution_id=str(execution_id), status=str(status), cancelled=len(cancelled))


def _write(execution_id: uuid.UUID, events: list[Event]) -> None:
    tell(execution_id, journal.append(execution_id, events))
