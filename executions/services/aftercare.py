"""What the end of a run brings about: children that nobody awaits any more are stopped, the step that awaited the run
goes on, its slot is given to the next one, a failure is put on the list of errors and starts the error workflow.

The statement that ends a run leaves `aftercare` set on it. Whoever has ended it looks after it at once; what a death
leaves undone is done by the ticker. All of it is one transaction that also takes the mark off, so it happens once.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from accounts import failpoints
from accounts.errors import DomainError
from executions import claims, journal
from executions.engine.events import Event
from executions.engine.states import FINISHED_EXECUTION, ExecutionStatus, Origin
from executions.models import Execution, Listener
from executions.services import admission, children, noting, ticket_lines
from executions.services.aftermath import tell
from executions.services.ancestry import is_error_reaction
from executions.services.fitting import mismatch
from executions.services.starting import Cause, start
from integrations import events
from integrations.event_names import EXECUTION_FAILED, heard_as
from workflows import services as workflows

log = structlog.get_logger(__name__)

BATCH: Final = 200


def look_after(execution_id: uuid.UUID) -> bool:
    """Do what the end of this run brings about; False when there is nothing to do, or not all could be done yet."""
    if not children.stop_orphans(execution_id):
        return False
    with transaction.atomic():
        if claims.lock_execution(execution_id) not in FINISHED_EXECUTION:
            return False
        execution = Execution.objects.select_related("workflow").get(id=execution_id)
        if not execution.aftercare:
            return False
        failpoints.reach("aftercare.locked")
        children.tell_parent(execution)
        alarms = execution.status == ExecutionStatus.FAILED and execution.origin != Origin.TEST
        told = _tell_of_failure(execution) if alarms else None
        admission.leave(execution_id)
        if alarms:
            noting.save_failure(execution)
            ticket_lines.tell_of_failure(execution)
            _start_error_workflow(execution, told)
        Execution.objects.filter(id=execution_id).update(aftercare=False)
    return True


def look_after_soon(execution_id: uuid.UUID) -> None:
    """Look after the run when the transaction that ends it has been committed; a failure is left to the ticker."""
    transaction.on_commit(lambda: _look_after_surely(execution_id))


def look_after_ended() -> int:
    """S11, for the ticker: look after the runs that have ended without anybody looking after them; returns how many."""
    ended = Execution.objects.filter(aftercare=True, finished_at__isnull=False).order_by("finished_at")
    return sum(_look_after_surely(execution_id) for execution_id in list(ended.values_list("id", flat=True)[:BATCH]))


def _look_after_surely(execution_id: uuid.UUID) -> bool:
    try:
        return look_after(execution_id)
    except (DatabaseError, InterfaceError) as error:
        log.warning("run could not be looked after, the ticker will", execution_id=str(execution_id), error=str(error))
    except Exception:  # one run must not keep the others from it
        log.exception("run could not be looked after", execution_id=str(execution_id))
    return False


def _tell_of_failure(execution: Execution) -> events.Event | None:
    """An event for whoever listens for failures. A run that is a reaction to a failure, or part of one, tells nobody.

    A run that was retried and has failed again tells of it again: its end is another one.
    It comes before the slot is given on, since events lock before slots do.
    """
    if is_error_reaction(execution):
        return None
    return events.emit(
        project_id=execution.project_id,
        name=EXECUTION_FAILED,
        subject=execution.workflow.code,
        payload=_report(execution),
        dedupe_key=f"{execution.pk}:{execution.event_seq}",
        source="executions",
        depth=execution.depth,
    )[0]


def _start_error_workflow(execution: Execution, told: events.Event | None) -> None:
    """Start what the workflow, or the installation, has for failures, of which `told` tells.

    Without it the run is itself a reaction to a failure, and its own failure starts nothing more.
    """
    name = _error_workflow(execution)
    if not name or told is None:
        return
    try:
        with transaction.atomic():
            target = workflows.named_target(name, project_id=execution.project_id, user=None)
            if _hears_itself(target.workflow_id, told):
                return
            run, _created = start(
                target=target,
                user=None,
                input_data=_report(execution),
                priority=execution.priority,
                cause=Cause(Origin.ERROR),
            )
    except DomainError as error:
        log.warning("error workflow cannot be started", execution_id=str(execution.pk), name=name, code=error.code)
        facts = {"workflow": name, "error": {"code": error.code, "message": str(error.message), "details": {}}}
        _note(execution, journal.event("error_workflow.refused", facts, level="error"))
    else:
        _note(execution, journal.event("error_workflow.started", {"workflow": name, "executionId": run.pk}))


def _hears_itself(workflow_id: uuid.UUID, told: events.Event) -> bool:
    """Whether the workflow begins by the event anyway: then it is not started twice."""
    heard = Listener.objects.filter(workflow_id=workflow_id, active=True, names__overlap=heard_as(told.name))
    return any(mismatch(listener.config, told) is None for listener in heard)


def _error_workflow(execution: Execution) -> str:
    """The workflow's own one, or the installation's; of a version that cannot be compiled any more the latter."""
    try:
        own = workflows.compiled(execution.version_id).settings.error_workflow
    except DomainError:
        own = None
    return own or settings.ERROR_WORKFLOW


def _note(execution: Execution, line: Event) -> None:
    tell(execution.pk, journal.append(execution.pk, [line]))


def _report(execution: Execution) -> dict[str, Any]:
    """The `inputData` of the error workflow's run."""
    return {
        "execution": {
            "id": str(execution.pk),
            "status": execution.status,
            "origin": execution.origin,
            "startedAt": execution.started_at,
            "finishedAt": execution.finished_at,
            "inputData": execution.input_data,
        },
        "workflow": {
            "id": str(execution.workflow_id),
            "code": execution.workflow.code,
            "name": execution.workflow.name,
        },
        "error": execution.error,
    }
