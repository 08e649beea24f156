"""A new run that takes over results of an old one: as if it had got that far by itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.statements import hot_cursor
from executions import journal
from executions.engine import identity
from executions.engine.planner import Resolution
from executions.engine.repeating import Plan
from executions.engine.states import Origin, StepStatus
from executions.models import Execution, Step
from executions.services import dead_letters
from executions.services.aftermath import tell
from executions.services.starting import Cause, start
from workflows import services as workflows

Inputs = Mapping[str, Sequence[Mapping[str, Any]]]
"""Items by input port."""


def begin_with(
    old: Execution,
    *,
    target: workflows.StartTarget,
    user: Any,
    plan: Plan,
    reason: str,
    input_data: Any,
    edited: Mapping[str, Inputs],
) -> Execution:
    """Start a run of `target` in which the kept steps of `plan` have already ended as they did in `old`.

    `edited` gives inputs of nodes in the place of what the edges bring; those that steps of `old` were given go on to
    count. Needs a transaction and the lock of `old`, whose dead letters are dealt with by this and which is not touched
    otherwise. Raises what `start` raises.
    """
    reset = plan.reset
    first = Resolution(counters=reset.counters, ready=reset.ready, skipped=reset.skipped, passes=reset.passes)
    new, _created = start(
        target=target,
        user=user,
        input_data=input_data,
        priority=old.priority,
        cause=Cause(Origin.RETRY, retry_of=old.pk),
        first=first,
    )
    dead_letters.resolve_run(old.pk, user=user, reason=reason)
    copied = _copy(old.pk, new.pk, plan)
    for node_id, inputs in {**_edited_before(old.pk, plan), **edited}.items():
        Step.objects.filter(id=identity.step_id(new.pk, node_id)).update(edited_input=inputs)
    facts = {
        "retryOf": old.pk,
        "reused": copied,
        "edited": list(edited),
        "by": getattr(user, "username", None),
        "reason": reason,
    }
    lines = [journal.event("execution.took_over", facts), *journal.skips(new.pk, plan.graph, reset.skipped)]
    tell(new.pk, journal.append(new.pk, lines))
    return new


def _edited_before(old: uuid.UUID, plan: Plan) -> dict[str, Inputs]:
    """Inputs that a person gave to steps of the old run, where they run again at the same place."""
    rows = Step.objects.filter(execution_id=old, edited_input__isnull=False).values_list("node_id", "edited_input")
    nodes = plan.graph.nodes
    return {node: inputs for node, inputs in rows if node in plan.reset.nodes and nodes[node].in_degree}


COPY = """
WITH v AS (
    SELECT * FROM unnest(%(old)s::uuid[], %(new)s::uuid[], %(labels)s::text[], %(positions)s::int[])
        AS v(old, new, label, position)
), step AS (
    INSERT INTO executions_step (
        id, execution_id, node_id, node_type, label, position, scope, queue, priority, timeout_seconds, status,
        remaining, live, fired, epoch, attempt, tries, rescues, fence, cancel_requested, error, handled, edited_input,
        finished_at)
    SELECT v.new, run.id, s.node_id, s.node_type, v.label, v.position, s.scope, s.queue, run.priority,
        s.timeout_seconds, s.status, s.remaining, s.live, s.fired, run.epoch, 0, 0, 0, 0, false, s.error, s.handled,
        s.edited_input, naryad_clock()
    FROM v JOIN executions_step s ON s.id = v.old, executions_execution run
    WHERE run.id = %(run)s
)
INSERT INTO executions_stepdata (step_id, port, items, sources)
SELECT v.new, d.port, d.items, d.sources FROM v JOIN executions_stepdata d ON d.step_id = v.old
"""


def _copy(old: uuid.UUID, new: uuid.UUID, plan: Plan) -> int:
    """Copy the steps of the kept nodes, in all their passes, with their data; returns how many."""
    kept = frozenset(plan.kept)
    steps = Step.objects.filter(execution_id=old).exclude(status=StepStatus.DROPPED)
    rows = [
        (step, plan.graph.nodes[node], tuple(scope))
        for step, node, scope in steps.values_list("id", "node_id", "scope")
        if node in kept
    ]
    with hot_cursor() as cursor:
        cursor.execute(
            COPY,
            {
                "run": new,
                "old": [step for step, _node, _scope in rows],
                "new": [identity.step_id(new, node.id, scope) for _step, node, scope in rows],
                "labels": [node.label for _step, node, _scope in rows],
                "positions": [node.position for _step, node, _scope in rows],
            },
        )
    return len(rows)
