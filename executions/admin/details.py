"""What the page of a run shows below its columns: what it waits for, its steps, and the end of its journal."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from executions import services
from executions.engine.states import ENDED_STEP, OPEN_EXECUTION
from executions.explanations import explained
from executions.models import Attempt, Execution, ExecutionEvent, SideEffect, Step
from executions.sentences import outcome, sentence, state
from executions.services import ticket_lines
from executions.services.retrying import RETRYABLE_RUN, RETRYABLE_STEP
from executions.shapes import spoken

MAX_STEPS = 300
MAX_LINES = 300
MAX_EFFECTS = 300
MAX_CHILDREN = 300


def details_of(execution: Execution, *, retries: bool, zone: tzinfo) -> dict[str, Any]:
    """The template's variables. With `retries` finished steps of a run that allows it get a button."""
    steps = list(execution.steps.prefetch_related("attempts").defer("progress", "wake")[: MAX_STEPS + 1])
    newest = list(ExecutionEvent.objects.filter(execution=execution).order_by("-seq")[: MAX_LINES + 1])
    retryable = retries and execution.status in RETRYABLE_RUN
    effects = list(SideEffect.objects.filter(execution=execution).order_by("-id")[: MAX_EFFECTS + 1])
    labels = {step.id: step.label for step in steps}
    return {
        "waits": _waits(execution, zone),
        "steps": [_step(step, retryable=retryable) for step in steps[:MAX_STEPS]],
        "more_steps": len(steps) > MAX_STEPS,
        "lines": [_line(line, labels) for line in reversed(newest[:MAX_LINES])],
        "more_lines": len(newest) > MAX_LINES,
        "effects": [{"row": row, "step": labels.get(row.step_id, "")} for row in reversed(effects[:MAX_EFFECTS])],
        "more_effects": len(effects) > MAX_EFFECTS,
        "children": _children(execution),
        "tickets": ticket_lines.tickets_of(execution),
    }


def _children(execution: Execution) -> list[dict[str, Any]]:
    """The newest runs that steps of this one have started."""
    found = Execution.objects.filter(parent_step__execution=execution).select_related("workflow", "parent_step")
    shown = found.defer("workflow__description").order_by("-created_at")[:MAX_CHILDREN]
    return [{"row": child, "step": child.parent_step, "state": state(child.status)} for child in shown]


def _waits(execution: Execution, zone: tzinfo) -> list[str]:
    if execution.status not in OPEN_EXECUTION:
        return []
    return [explained(reason, status=execution.status, zone=zone) for reason in services.why(execution)]


def _step(step: Step, *, retryable: bool) -> dict[str, Any]:
    return {
        "row": step,
        "state": state(step.status),
        "error": _message(step.error),
        "attempts": [_attempt(attempt) for attempt in step.attempts.all()],
        "retryable": retryable and step.status in ENDED_STEP,
        "forced": step.status not in RETRYABLE_STEP,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {"row": attempt, "outcome": outcome(attempt.outcome), "error": _message(attempt.error)}


def _line(line: ExecutionEvent, labels: dict[Any, str]) -> dict[str, Any]:
    return {"row": line, "step": labels.get(line.step_id, ""), "text": sentence(line.type, line.payload)}


def _message(error: dict[str, Any] | None) -> str:
    return spoken(error)["message"] if error else ""
