"""What the page of a run shows below its columns: steps with their attempts, and the end of the journal."""

from __future__ import annotations

from typing import Any

from executions.engine.states import FINISHED_STEP
from executions.models import Attempt, Execution, ExecutionEvent, Step
from executions.sentences import sentence, state
from executions.services.retrying import RETRYABLE_RUN, RETRYABLE_STEP
from executions.shapes import spoken

MAX_STEPS = 300
MAX_LINES = 300


def details_of(execution: Execution, *, retries: bool) -> dict[str, Any]:
    """The template's variables. With `retries` finished steps of a run that allows it get a button."""
    steps = list(execution.steps.prefetch_related("attempts").defer("progress", "wake")[: MAX_STEPS + 1])
    newest = list(ExecutionEvent.objects.filter(execution=execution).order_by("-seq")[: MAX_LINES + 1])
    retryable = retries and execution.status in RETRYABLE_RUN
    labels = {step.id: step.label for step in steps}
    return {
        "steps": [_step(step, retryable=retryable) for step in steps[:MAX_STEPS]],
        "more_steps": len(steps) > MAX_STEPS,
        "lines": [_line(line, labels) for line in reversed(newest[:MAX_LINES])],
        "more_lines": len(newest) > MAX_LINES,
    }


def _step(step: Step, *, retryable: bool) -> dict[str, Any]:
    return {
        "row": step,
        "state": state(step.status),
        "error": _message(step.error),
        "attempts": [_attempt(attempt) for attempt in step.attempts.all()],
        "retryable": retryable and step.status in FINISHED_STEP,
        "forced": step.status not in RETRYABLE_STEP,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {"row": attempt, "error": _message(attempt.error)}


def _line(line: ExecutionEvent, labels: dict[Any, str]) -> dict[str, Any]:
    return {"row": line, "step": labels.get(line.step_id, ""), "text": sentence(line.type, line.payload)}


def _message(error: dict[str, Any] | None) -> str:
    return spoken(error)["message"] if error else ""
