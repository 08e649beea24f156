"""S4: dealing with the ticks that are due. Tickers and beat's messages do the same, together or alone.

Each tick is one transaction that holds the workflow, so that it cannot be published or deleted meanwhile, and then the
schedule: it notes the tick, starts the run and moves the schedule on, or does none of it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django_celery_beat.models import PeriodicTask

from accounts.clock import Now
from executions.engine import schedule as schedules
from executions.engine.catching_up import MOST, Outcome, next_move
from executions.models import ScheduleFire, Trigger
from executions.services.scheduling import fires, rows
from executions.services.scheduling.orders import TASK, Fault, Order, read_order
from executions.services.scheduling.rows import Row
from executions.services.scheduling.watching import follow
from workflows import services as workflows
from workflows.errors import WorkflowNotFound

log = structlog.get_logger(__name__)

BATCH = 500
LONGEST_SECONDS = 0.7
"""A ticker has other things to look after; what is left is due again a second later."""
SHORT_REST, LONG_REST = 1.0, 10.0
"""Seconds for which a schedule is left alone after a failure of the database, and of anything else."""
TICKS_AT_ONCE = 10
"""So many ticks of one schedule; then the others have their turn."""

FREE = """
SELECT DISTINCT f.trigger_id FROM executions_schedulefire f
WHERE f.outcome = 'queued' AND f.trigger_id NOT IN (
    SELECT g.trigger_id FROM executions_execution e JOIN executions_schedulefire g ON g.execution_id = e.id
    WHERE e.finished_at IS NULL AND e.origin = 'schedule'
)
LIMIT %s
"""


class Turn(NamedTuple):
    """Whether a tick has been dealt with, and whether another is due."""

    dealt: bool
    more: bool


NOTHING = Turn(dealt=False, more=False)


def fire_due() -> int:
    """Deal with what waits for the end of a run, then with what is due, the longest due first.

    Returns how many schedules. For a limited time: the rest follows when this is called again.
    """
    end = time.monotonic() + LONGEST_SECONDS
    due = Trigger.objects.filter(next_due_at__lte=Now(), periodic_task__isnull=False).order_by("next_due_at")
    with connection.cursor() as cursor:
        cursor.execute(FREE, [BATCH])
        free = [row[0] for row in cursor.fetchall()]
    moved = 0
    for work, chosen in ((_release, free), (_fire, list(due.values_list("id", flat=True)[:BATCH]))):
        for trigger_id in chosen:
            moved += _guarded(work, trigger_id, wait=False)
            if time.monotonic() > end:
                return moved
    return moved


def fire_named(name: str) -> int:
    """Deal with the schedule whose row has this name, if it is due: beat says so; returns 1 when something was done."""
    task_id = PeriodicTask.objects.filter(name=name, task=TASK).values_list("id", flat=True).first()
    if task_id is None:
        return 0
    trigger_id = Trigger.objects.filter(periodic_task_id=task_id).values_list("id", flat=True).first()
    if trigger_id is None:
        follow(task_id)
        return 0
    return int(_guarded(_fire, trigger_id, wait=True))


def _guarded(work: Callable[..., bool], trigger_id: uuid.UUID, *, wait: bool) -> bool:
    """A schedule that cannot be dealt with rests a while and keeps no other from its turn."""
    try:
        return work(trigger_id, wait=wait)
    except (OperationalError, InterfaceError) as error:
        log.warning("schedule met a failure of the database", trigger_id=str(trigger_id), error=str(error))
        _rest(trigger_id, SHORT_REST)
    except Exception:
        log.exception("schedule could not be dealt with", trigger_id=str(trigger_id))
        _rest(trigger_id, LONG_REST)
    return False


def _rest(trigger_id: uuid.UUID, seconds: float) -> None:
    """No tick is lost by this. Raises when the database is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE executions_trigger SET next_due_at = naryad_now() + make_interval(secs => %s) WHERE id = %s",
            [seconds, trigger_id],
        )


def _fire(trigger_id: uuid.UUID, *, wait: bool) -> bool:
    """Some ticks, one after the other, until none is due or somebody else has the schedule; whether there were any."""
    dealt = False
    for _ in range(TICKS_AT_ONCE):
        turn = _fire_next(trigger_id, wait=wait)
        dealt |= turn.dealt
        if not turn.more:
            break
    return dealt


@transaction.atomic
def _fire_next(trigger_id: uuid.UUID, *, wait: bool) -> Turn:
    """Deal with the oldest tick that is due, and with what is left out before it."""
    held = _hold_workflow(trigger_id)
    trigger = rows.lock(trigger_id, wait=wait)
    if trigger is None or trigger.workflow_id != held:
        return NOTHING
    row = None if trigger.periodic_task_id is None else rows.read_row(trigger.periodic_task_id)
    if row is None or row.task.task != TASK:
        trigger.next_due_at = None
        trigger.save(update_fields=["next_due_at"])
        return NOTHING
    order = rows.refresh(trigger, row)
    if isinstance(order, Fault) or trigger.workflow_id != held:
        rows.plan_next(trigger, order)
        trigger.save()
        return NOTHING
    dealt = _move(trigger, row, order)
    trigger.save()
    return Turn(dealt, more=dealt and trigger.next_due_at is not None and trigger.next_due_at <= row.now)


def _move(trigger: Trigger, row: Row, order: Order) -> bool:
    after = trigger.last_due_at or row.now
    due = schedules.due(order.schedule, after=after, until=row.now, limit=MOST)
    move = next_move(due, now=row.now, missed=order.missed, once=order.once)
    if move.left_out is not None:
        fires.leave_out(trigger, move.left_out, move.count)
    if move.tick is not None:
        fires.deal_with(trigger, order, move.tick)
    trigger.last_due_at = move.reached or trigger.last_due_at
    rows.plan_next(trigger, order)
    if order.once and move.tick is not None:
        _switch_off(row)
        trigger.next_due_at = None
    return move.reached is not None


def _switch_off(row: Row) -> None:
    """What fires once has done so. Beat does the same to rows that it has sent."""
    PeriodicTask.objects.filter(id=row.task.id).update(enabled=False, last_run_at=None)


@transaction.atomic
def _release(trigger_id: uuid.UUID, *, wait: bool) -> bool:
    """Start the oldest tick that waits for the end of a run before it; none of them when the schedule is off."""
    held = _hold_workflow(trigger_id)
    trigger = rows.lock(trigger_id, wait=wait)
    if trigger is None or trigger.workflow_id != held or fires.has_open_run(trigger):
        return False
    waiting = ScheduleFire.objects.filter(trigger=trigger, outcome=Outcome.QUEUED).order_by("due_at")
    row = None if trigger.periodic_task_id is None else rows.read_row(trigger.periodic_task_id)
    order = Fault.NO_SCHEDULE if row is None else read_order(row.task, anchor=trigger.created_at)
    if row is None or isinstance(order, Fault) or not (row.task.enabled or order.once):
        return bool(waiting.update(outcome=Outcome.SKIPPED_OVERLAP))
    fire = waiting.first()
    if fire is None:
        return False
    fires.begin(fire.id, trigger, order, fire.due_at)
    return True


def _hold_workflow(trigger_id: uuid.UUID) -> uuid.UUID | None:
    """Keep the schedule's workflow as it is: publishing locks it before the schedule, so that one waits here for it."""
    workflow_id = Trigger.objects.filter(id=trigger_id).values_list("workflow_id", flat=True).first()
    if workflow_id is not None:
        try:
            workflows.hold_startable(workflow_id)
        except WorkflowNotFound:
            log.info("schedule of a deleted workflow", trigger_id=str(trigger_id))
    return workflow_id
