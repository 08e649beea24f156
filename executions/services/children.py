"""Runs that steps of other runs have started: their beginning, their end as the step sees it, and what reaches them.

A child is written in the transaction that records its parent's step, so there is exactly one for each time that the
step has run. A step that awaits its children sleeps with their ids in `wake` and is woken when the last one has ended.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction

from accounts.errors import DomainError
from accounts.statements import hot_cursor
from executions import claims, effects, failures, journal
from executions.claims import Claimed
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure, Items, Settlement, Starting
from executions.engine.states import FINISHED_EXECUTION, ExecutionStatus, Origin, StepStatus
from executions.errors import ConcurrencyLimit, ExecutionNotFound, IllegalTransition
from executions.models import Execution, ExecutionEvent, Step
from executions.payloads import decode
from executions.services.aftermath import tell
from executions.services.control import pause, resume, stop
from executions.services.starting import Cause, start
from executions.services.waking import wake
from integrations.scope import Sent
from workflows import catalogue
from workflows import services as workflows
from workflows.graph.topology import CompiledNode
from workflows.notes import Launch

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 5.0
BATCH: Final = 100
BY_PARENT: Final = "parent"
"""The reason of a pause that came from the parent, and is taken back with the parent's."""


def begin(claimed: Claimed, node: CompiledNode, starting: Starting) -> Settlement:
    """Start the children that the step asks for; returns what becomes of the step. Needs its run's lock."""
    parent = Execution.objects.select_related("started_by").get(id=claimed.execution_id)
    if parent.depth >= settings.SUBWORKFLOW_MAX_DEPTH:
        return _failed(claimed, node, starting, failures.too_deep(settings.SUBWORKFLOW_MAX_DEPTH))
    cause = Cause(Origin.SUBWORKFLOW, parent_step=claimed.step_id, awaited=starting.wait, depth=parent.depth + 1)
    try:
        with transaction.atomic():
            target = workflows.named_target(starting.workflow, project_id=parent.project_id, user=parent.started_by)
            children = [
                start(target=target, user=parent.started_by, input_data=given, priority=parent.priority, cause=cause)[0]
                for given in starting.inputs
            ]
    except DomainError as error:
        return _failed(claimed, node, starting, _not_started(error, starting.workflow))
    now = time.monotonic()
    effects.write(
        claimed, [Sent("START", f"workflow {target.workflow_code}", str(child.pk), "202", now) for child in children]
    )
    if not starting.wait:
        return settlements.success(
            {
                node.first_output: [
                    {"executionId": str(child.pk), "workflow": target.workflow_code} for child in children
                ]
            }
        )
    ids = [str(child.pk) for child in children]
    if all(child.finished_at is not None for child in children):
        return outcome(claimed, node, ids, starting.items)
    Execution.objects.filter(id=parent.pk).update(aftercare=True)  # what has to reach the children at its end
    return settlements.awaiting(ids)


def launch(claimed: Claimed, node: CompiledNode, launches: Sequence[Launch], items: Items) -> Settlement | None:
    """Start runs that nobody waits for, all or none. None when that is done, else how the step has failed.

    `items` are the step's first input. Needs its run's lock.
    """
    parent = Execution.objects.select_related("started_by").get(id=claimed.execution_id)
    nobody = Starting("", (), False, items)
    if parent.depth >= settings.SUBWORKFLOW_MAX_DEPTH:
        return _failed(claimed, node, nobody, failures.too_deep(settings.SUBWORKFLOW_MAX_DEPTH))
    cause = Cause(Origin.SUBWORKFLOW, parent_step=claimed.step_id, awaited=False, depth=parent.depth + 1)
    sent: list[Sent] = []
    name = ""
    try:
        with transaction.atomic():
            for one in launches:
                name = one.workflow
                target = workflows.named_target(name, project_id=parent.project_id, user=parent.started_by)
                child, _fresh = start(
                    target=target,
                    user=parent.started_by,
                    input_data=dict(one.input),
                    priority=parent.priority,
                    cause=cause,
                )
                sent.append(Sent("START", f"workflow {target.workflow_code}", str(child.pk), "202", time.monotonic()))
    except DomainError as error:
        return _failed(claimed, node, nobody, _not_started(error, name))
    effects.write(claimed, sent)
    return None


def outcome(claimed: Claimed, node: CompiledNode, ids: Sequence[str], items: Sequence[Mapping[str, Any]]) -> Settlement:
    """What the children of a step have come to: their results one after the other, or the first failure.

    One that has been retried in the meantime is waited for. `items` are the step's first input.
    """
    runs = {str(run.pk): run for run in Execution.objects.filter(id__in=ids)}
    if any(run.finished_at is None for run in runs.values()):
        return settlements.later(seconds=POLL_SECONDS, reason="child", progress=None)
    results: list[Mapping[str, Any]] = []
    sources: list[tuple[str, int]] = []
    for index, child in enumerate(ids):
        run = runs.get(child)
        if run is None or run.status != ExecutionStatus.SUCCEEDED:
            failure = failures.child_failed(child, run.status if run else None, run.error if run else None)
            return _failed(claimed, node, Starting("", (), True, items), failure)
        given = result_of(run)
        results += given
        sources += [(node.inputs[0], min(index, max(len(items) - 1, 0)))] * len(given)
    return settlements.success({node.first_output: results}, {node.first_output: sources})


GIVEN = """
SELECT d.items FROM executions_step s JOIN executions_stepdata d ON d.step_id = s.id
WHERE s.execution_id = %(run)s AND s.node_id = ANY(%(givers)s) AND s.status = 'succeeded'
ORDER BY s.position, s.scope, d.port
"""


def result_of(run: Execution) -> list[Mapping[str, Any]]:
    """What a run gives back, in the order of the definition: what its `return` nodes were given.

    A workflow that has none gives the items of the nodes after which nothing comes.
    """
    nodes = workflows.compiled(run.version_id).nodes
    givers = [name for name, node in nodes.items() if catalogue.facts(node.type).returns]
    givers = givers or [name for name, node in nodes.items() if not node.outs]
    with hot_cursor() as cursor:
        rows = cursor.execute(GIVEN, {"run": run.pk, "givers": givers}).fetchall()
    return [item for (text,) in rows for item in decode(text)]


def tell_parent(child: Execution) -> None:
    """Bring the end of a child to the step that started it. Needs the child's lock; takes the parent's.

    The order is always from the child to the parent, so nobody waits for each other.
    """
    if child.parent_step_id is None:
        return
    step = Step.objects.filter(id=child.parent_step_id).only("execution_id", "label", "node_id").first()
    if step is None:
        return
    claims.lock_execution(step.execution_id)
    if child.awaited:
        _wake_if_last(child, step)
    elif child.status == ExecutionStatus.FAILED:
        facts = {"stepId": step.pk, "nodeId": step.node_id, "label": step.label, "executionId": child.pk}
        line = journal.event("child.failed", {**facts, "error": child.error}, level="error", step_id=step.pk)
        tell(step.execution_id, journal.append(step.execution_id, [line]))
        log.error("run that was started by another one failed", execution_id=str(child.pk), step_id=str(step.pk))


def _wake_if_last(child: Execution, step: Step) -> None:
    step.refresh_from_db(fields=["status", "wake"])
    ids = (step.wake or {}).get("children") or []
    if step.status != StepStatus.WAITING or str(child.pk) not in ids:
        return
    if not Execution.objects.filter(id__in=ids, finished_at=None).exists():
        wake(execution_id=step.execution_id, step_id=step.pk, by={"by": "children"})


def stop_orphans(parent_id: uuid.UUID) -> bool:
    """Stop the runs that steps of an ended run were waiting for; False when there are more than one call stops."""
    orphans = Execution.objects.open().filter(parent_step__execution=parent_id, awaited=True)
    ids = list(orphans.values_list("id", flat=True)[: BATCH + 1])
    for child in ids[:BATCH]:
        with transaction.atomic(), suppress(IllegalTransition):  # it has just ended by itself
            claims.lock_execution(child)
            if claims.lock_execution(parent_id) in FINISHED_EXECUTION:  # it may have been retried, and wait again
                stop(execution_id=child, reason=BY_PARENT)
    return len(ids) <= BATCH


def follow(payload: Mapping[str, Any]) -> None:
    """The outbox's handler for `run.follow`: bring the children to where their parent is now; again: no change.

    The `former` ones, for which a step waited that has been put back, are stopped.
    """
    for former in payload.get("former", ()):
        with suppress(IllegalTransition, ExecutionNotFound):
            stop(execution_id=uuid.UUID(former), reason=BY_PARENT)
    parent = Execution.objects.filter(id=payload["executionId"]).first()
    if parent is None:
        return
    for child in Execution.objects.open().filter(parent_step__execution=parent, awaited=True):
        try:
            if parent.status == ExecutionStatus.PAUSED and child.status == ExecutionStatus.RUNNING:
                pause(execution_id=child.pk, reason=BY_PARENT)
            elif parent.status == ExecutionStatus.RUNNING and _is_paused_by_parent(child):
                resume(execution_id=child.pk, reason=BY_PARENT)
        except IllegalTransition:
            continue  # it has moved on in this moment


def _is_paused_by_parent(child: Execution) -> bool:
    if child.status != ExecutionStatus.PAUSED:
        return False
    line = ExecutionEvent.objects.filter(execution=child, type="execution.paused").order_by("-seq").first()
    return line is not None and line.payload.get("reason") == BY_PARENT and line.payload.get("by") is None


def _not_started(error: DomainError, workflow: str) -> Failure:
    details = {**error.details, "workflow": workflow, "reason": error.code}
    transient = isinstance(error, ConcurrencyLimit)
    return Failure("child_not_started", failures.CHILD_NOT_STARTED, details, transient)


def _failed(claimed: Claimed, node: CompiledNode, starting: Starting, failure: Failure) -> Settlement:
    jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
    return settlements.failed(node, failure, tries=claimed.tries, jitter=jitter, items=starting.items)
