"""Retrying a whole run: from its failure, from a step, from the start; on its own version or on another one."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from django.db import transaction

from accounts import failpoints
from accounts import services as accounts
from executions import claims, journal
from executions.engine.events import Event
from executions.engine.repeating import Past, Plan, begin_anew, from_the_start, go_on
from executions.engine.states import ExecutionStatus, StepStatus
from executions.errors import (
    BadInput,
    ExecutionNotFound,
    IllegalTransition,
    NothingToRetry,
    StepMissing,
    StepNotFound,
)
from executions.models import Execution, Step
from executions.services.carrying import Inputs, begin_with
from executions.services.putting_back import put_back, read_past
from executions.services.retrying import RETRYABLE_RUN, plan_steps, refuse_step
from workflows import services as workflows
from workflows.errors import UnknownNodeType
from workflows.graph.settings import GraphSettings
from workflows.graph.topology import CompiledGraph, CompiledNode

log = structlog.get_logger(__name__)

Version = Literal["original", "current"] | int
FAILED: Final = "failed"
START: Final = "start"


@dataclass(frozen=True)
class Wish:
    """Which retry is asked for.

    `begin` is where: `"failed"`, `"start"`, or steps of the run. `force` also repeats steps that have a result. With
    `items` the one step of `begin` receives them in the place of what the edges bring, which needs a new run.
    """

    version: Version = "original"
    begin: Literal["failed", "start"] | Collection[uuid.UUID] = FAILED
    force: bool = False
    items: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Prepared:
    """A retry that can be done: on which version, as the same run or as a new one, and what becomes of each step."""

    target: workflows.StartTarget | None
    plan: Plan

    @property
    def anew(self) -> bool:
        """Whether a new run begins."""
        return self.target is not None


def retry(*, execution_id: uuid.UUID, user: Any, wish: Wish | None = None, reason: str = "") -> Execution:
    """Do what `plan_retry` plans; returns the run that goes on or begins.

    Raises `Forbidden` for who may not start runs, and what `plan_retry` raises. Of several calls at once for the same
    run one wins, the others see it running.
    """
    wish = wish or Wish()
    with transaction.atomic():
        if claims.lock_execution(execution_id) is None:
            raise ExecutionNotFound
        failpoints.reach("retry.locked")
        execution = Execution.objects.select_related("version").defer("version__definition").get(id=execution_id)
        prepared = plan_retry(execution, wish=wish)
        if prepared.target is not None:
            accounts.require(user, "execution.start", execution.project_id)
            run = _begin(execution, prepared.target, prepared.plan, user, wish, reason)
        else:
            run = execution
            put_back(execution, prepared.plan.graph, prepared.plan.reset, _line(execution, prepared.plan, user, reason))
    log.info("run retried", execution_id=str(execution_id), goes_on_as=str(run.pk), begin=str(wish.begin))
    return Execution.objects.get(id=run.pk)


def plan_retry(execution: Execution, *, wish: Wish) -> Prepared:
    """What a retry would do with each step, or why it cannot be done. Changes nothing.

    On the original version the run itself goes on, unless it shall begin from the start or with other items: then, and
    on another version, a new run begins. Raises `IllegalTransition` (a run or step in a wrong state), `StepNotFound`,
    `NothingToRetry`, `StepMissing` (the version has no such node), and what `workflows.start_target` raises.
    """
    if execution.status not in RETRYABLE_RUN:
        raise IllegalTransition(status=execution.status)
    past = read_past(execution.pk)
    asked = _asked(execution, wish)
    target = _target(execution, wish)
    if target is None:
        _allow_steps(execution, wish)
        graph = workflows.compiled(execution.version_id)
        if wish.begin == FAILED:
            plan = go_on(graph, past, past.failed, mended=past.broken)
        else:
            plan = plan_steps(execution, graph, past, asked)
    else:
        graph = workflows.compiled(target.version_id)
        again = from_the_start(graph, past) if wish.begin == START else asked
        _refuse_missing(graph, past.failed if wish.begin == FAILED else asked)
        plan = begin_anew(_old_graph(execution), graph, past, again)
    if not plan.runs or (wish.begin == FAILED and not _has_unfinished(past)):
        raise NothingToRetry(status=execution.status)
    return Prepared(target, plan)


def _target(execution: Execution, wish: Wish) -> workflows.StartTarget | None:
    """The version of the new run; None when the old one goes on."""
    stays = wish.begin != START and wish.items is None
    if wish.version == "original":
        number: int | None = execution.version.number
        if stays:
            return None
    else:
        number = None if wish.version == "current" else wish.version
    target = workflows.start_target(execution.workflow_id, number=number)
    return None if stays and target.version_id == execution.version_id else target


def _asked(execution: Execution, wish: Wish) -> set[str]:
    """The nodes of the steps that are named."""
    if isinstance(wish.begin, str):
        return set()
    found = dict(Step.objects.filter(execution=execution, id__in=wish.begin).values_list("id", "node_id"))
    if len(found) < len(set(wish.begin)):
        raise StepNotFound
    return set(found.values())


def _allow_steps(execution: Execution, wish: Wish) -> None:
    if isinstance(wish.begin, str):
        return
    for step in Step.objects.filter(execution=execution, id__in=wish.begin):
        refuse_step(step, status=execution.status, force=wish.force)


def _has_unfinished(past: Past) -> bool:
    results = (StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED)
    return bool(past.failed) or any(status not in results for status in past.statuses.values())


def _refuse_missing(graph: CompiledGraph, names: Collection[str]) -> None:
    missing = sorted(name for name in names if name not in graph.nodes)
    if missing:
        raise StepMissing(nodeIds=missing)


def _old_graph(execution: Execution) -> CompiledGraph:
    """What the old run ran; without a node, when a type of it is no longer installed and nothing can be compared."""
    try:
        return workflows.compiled(execution.version_id)
    except UnknownNodeType:
        return CompiledGraph({}, (), GraphSettings())


def _begin(
    execution: Execution, target: workflows.StartTarget, plan: Plan, user: Any, wish: Wish, reason: str
) -> Execution:
    input_data, edited = execution.input_data, {}
    if wish.items is not None:
        (node_id,) = _asked(execution, wish)
        node = plan.graph.nodes[node_id]
        if node.in_degree:
            edited = {node_id: _by_port(node, wish.items)}
        else:
            input_data = _one(wish.items)
    return begin_with(
        execution, target=target, user=user, plan=plan, reason=reason, input_data=input_data, edited=edited
    )


def _by_port(node: CompiledNode, items: Sequence[Mapping[str, Any]]) -> Inputs:
    if node.region is not None or node.body is not None:
        raise BadInput(fields={"inputData": "loop"})  # its passes have inputs of their own
    return {node.inputs[0]: items}


def _one(items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """A root receives the run's `inputData`, which is one item."""
    if len(items) != 1:
        raise BadInput(fields={"inputData": "object"})
    return items[0]


def _line(execution: Execution, plan: Plan, user: Any, reason: str) -> Event:
    status = execution.status if execution.status == ExecutionStatus.PAUSED else ExecutionStatus.RUNNING
    facts = {
        "status": status,
        "steps": len(plan.reset.nodes),
        "by": getattr(user, "username", None),
        "reason": reason,
    }
    return journal.event("execution.retried", facts)
