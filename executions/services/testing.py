"""Testing a part of a workflow: a run of its own, by the same engine, that alarms nobody and keeps nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from executions.engine import planner
from executions.engine.states import ExecutionStatus, Origin, StepStatus
from executions.errors import ExecutionNotFound
from executions.models import Execution, StepData
from executions.services.by_hand import begun_by_hand, filled_in
from executions.services.starting import Cause, start
from workflows import services as workflows
from workflows.errors import ActsOutside
from workflows.graph.loops import LOOP_PORT

SHADOWED = (ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED)
"""Ends of runs that say something about a version."""


@dataclass(frozen=True)
class Asked:
    """What is to be tested: a node, `alone` or with everything before it, of `definition` or of the newest version.

    `known` is a run whose items come in where nothing is pinned; only a test of a node alone asks for it.
    """

    node_id: str
    alone: bool = False
    definition: Mapping[str, Any] | None = None
    input_data: Mapping[str, Any] | None = None
    known: uuid.UUID | None = None
    confirmed: bool = False


def run_test(*, workflow_id: uuid.UUID, user: Any, asked: Asked) -> Execution:
    """Start the run of a test.

    Raises `ActsOutside` where it would run nodes that work outside and is not `confirmed`, `ExecutionNotFound` for the
    run whose items are wanted, and what `workflows.look_for_test`, `workflows.plan_test` and `start` raise.
    """
    tested = workflows.look_for_test(
        workflow_id=workflow_id, user=user, node_id=asked.node_id, alone=asked.alone, definition=asked.definition
    )
    wanted = workflows.nodes_to_know(tested)
    known = _items(workflow_id, user, asked.known, wanted) if asked.known and wanted else {}
    planned = workflows.plan_test(tested, known)
    if planned.acts and not asked.confirmed:
        raise ActsOutside(nodes=list(planned.acts))
    return _begin(planned, user, asked.input_data or {})


def run_shadows(*, workflow_id: uuid.UUID, user: Any, count: int) -> list[tuple[Execution, Execution]]:
    """The newest version on what its last `count` ended runs were given, without any effect: pairs of old and new run.

    Raises what `workflows.look_for_test`, `workflows.plan_shadow` and `start` raise.
    """
    tested = workflows.look_for_test(workflow_id=workflow_id, user=user)
    nodes = [node["id"] for node in tested.definition["nodes"]]
    ended = Execution.objects.visible_to(user).filter(workflow_id=workflow_id, status__in=SHADOWED)
    pairs = []
    for old in ended.exclude(origin=Origin.TEST).order_by("-created_at")[:count]:
        planned = workflows.plan_shadow(tested, _items(workflow_id, user, old.pk, nodes))
        pairs.append((old, _begin(planned, user, old.input_data)))
    return pairs


def _begin(planned: workflows.Planned, user: Any, given: Mapping[str, Any]) -> Execution:
    """Start the run of a trial: at all that it holds, for what shall not begin is not in it."""
    with transaction.atomic():
        target = workflows.keep_trial(planned, user)
        graph = workflows.compiled(target.version_id)
        by_hand = begun_by_hand(graph)
        execution, _created = start(
            target=target,
            user=user,
            input_data=dict(given) if by_hand is None or by_hand.pinned is not None else filled_in(by_hand, given),
            cause=Cause(Origin.TEST),
            first=planner.initial(graph),
        )
    return execution


def _items(
    workflow_id: uuid.UUID, user: Any, execution_id: uuid.UUID, wanted: Collection[str]
) -> dict[str, dict[str, Any]]:
    """What these nodes have given in a run of the workflow, by port; of a loop its first pass."""
    runs = Execution.objects.visible_to(user).filter(id=execution_id, workflow_id=workflow_id)
    if not runs.exists():
        raise ExecutionNotFound
    rows = StepData.objects.filter(
        step__execution_id=execution_id, step__node_id__in=list(wanted), step__status=StepStatus.SUCCEEDED
    ).order_by("step__scope")
    found: dict[str, dict[str, Any]] = {}
    for node_id, port, items in rows.values_list("step__node_id", "port", "items"):
        first = LOOP_PORT if port == f"{LOOP_PORT}[0]" else port
        found.setdefault(node_id, {}).setdefault(first, items)
    return found
