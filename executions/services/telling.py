"""The lines of the journal that tell what has become of a step, and what follows for its run."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from executions.bursts import Passed
from executions.claims import Claimed
from executions.engine import identity
from executions.engine.events import Event
from executions.engine.planner import Resolution
from executions.engine.settlement import Failure, Settlement
from executions.engine.states import ExecutionStatus, StepStatus
from executions.journal import event
from integrations import safe_json
from workflows.graph.topology import CompiledGraph, CompiledNode


def new_passes(
    execution_id: uuid.UUID, graph: CompiledGraph, header: CompiledNode, resolution: Resolution
) -> list[Event]:
    """A line for the steps of the passes that begin."""
    if not resolution.begun:
        return []
    steps = [
        {
            "stepId": identity.step_id(execution_id, name, scope),
            "nodeId": name,
            "label": graph.nodes[name].label,
            "status": resolution.counters[name, scope].status,
            "scope": scope,
        }
        for name, scope in resolution.begun
    ]
    return [event("loop.pass", {"nodeId": header.id, "steps": steps})]


def moves(claimed: Claimed, node: CompiledNode, settlement: Settlement, *, fails: bool) -> list[Event]:
    """The journal's lines about this step and, when its failure ends the run, about the run."""
    payload: dict[str, Any] = {
        "stepId": claimed.step_id,
        "nodeId": claimed.node_id,
        "label": node.label,
        "status": settlement.status,
        "attempt": claimed.attempt,
        "startedAt": claimed.started_at,
        "worker": claimed.worker,
    }
    if settlement.ports is not None:
        payload["ports"] = {port: len(items) for port, items in settlement.ports.items()}
    if settlement.reason is not None:
        payload |= {"reason": settlement.reason, "seconds": settlement.seconds, "until": settlement.until}
    if settlement.reason == "event":
        payload |= {"event": settlement.event, "subject": settlement.subject}
    if settlement.wake is not None and "children" in settlement.wake:
        payload["children"] = settlement.wake["children"]
    if settlement.failure is not None:
        payload["error"] = settlement.failure.as_json()
    kind = "rescued" if settlement.rescued and not settlement.closes else _EVENT_OF[settlement.status]
    level = "error" if settlement.fails_run else "warning" if settlement.failure or settlement.rescued else "info"
    lines = [event(f"step.{kind}", payload, level=level)]
    if fails:
        lines.append(event("execution.failing", {"status": ExecutionStatus.FAILING}, level="error"))
    return lines


_EVENT_OF = {
    StepStatus.SUCCEEDED: "succeeded",
    StepStatus.FAILED: "failed",
    StepStatus.CANCELLED: "cancelled",
    StepStatus.WAITING: "waiting",
    StepStatus.DELAYED: "delayed",
    StepStatus.HELD: "held",
    StepStatus.READY: "handed_back",
}


def execution_error(claimed: Claimed, failure: Failure | None) -> str:
    """Why the run has failed, as JSON: the failure of its step, and which one it is."""
    assert failure is not None  # noqa: S101 - only a failure fails a run
    details = {**failure.details, "stepId": claimed.step_id, "nodeId": claimed.node_id}
    return safe_json.dumps({"code": failure.code, "message": failure.message, "details": details})


def quick_step(step: Passed) -> list[Event]:
    """The lines about a step that is recorded with the one before it."""
    told = moves(step.claimed, step.node, step.settlement, fails=False)
    return [*step.lines, *(replace(line, step_id=step.claimed.step_id) for line in told)]
