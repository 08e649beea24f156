"""Finding the run and the step of a URL for the person who asks. A foreign one is as good as none: 404."""

from __future__ import annotations

import uuid
from typing import Any

from accounts import services as accounts
from executions.errors import ExecutionNotFound, StepNotFound
from executions.models import Execution, Step
from executions.realtime import Standing
from executions.shapes import ExecutionShape, presentable
from workflows.services import StartTarget

SHAPE = ExecutionShape()
"""It writes only, so one serves every request."""


def find_execution(user: Any, execution_id: str, *, action: str = "execution.view") -> Execution:
    """The run, if `user` may see it; raises `ExecutionNotFound`, or `Forbidden` for an `action` above their role."""
    key = _key(execution_id)
    execution = presentable(Execution.objects.visible_to(user)).filter(pk=key).first() if key else None
    if execution is None:
        raise ExecutionNotFound
    if action != "execution.view":
        accounts.require(user, action, execution.project_id)
    return execution


def find_step(execution: Execution, step_id: str) -> Step:
    """A step of the run; raises `StepNotFound`."""
    key = _key(step_id)
    step = execution.steps.prefetch_related("attempts").filter(pk=key).first() if key else None
    if step is None:
        raise StepNotFound
    return step


def shown(execution_id: uuid.UUID) -> dict[str, Any]:
    """The run as it stands now, for the answer to whoever has changed it."""
    return SHAPE.to_representation(presentable(Execution.objects.all()).get(pk=execution_id))


def just_started(run: Execution, target: StartTarget, now: Standing | None = None) -> dict[str, Any]:
    """The same of a run that this request has started, from what is known of it; `now` is how it stands since."""
    known: Any = {
        **vars(run),
        "workflow": {"code": target.workflow_code, "name": target.workflow_name},
        "version": {"number": target.version_number, "label": target.version_label},
        "started_by": run.started_by,
        "parent_id": None,
        **({} if now is None else now._asdict()),
    }
    return SHAPE.to_representation(known)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
