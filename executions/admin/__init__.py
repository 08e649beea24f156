"""Pages of the admin; Django looks for them here."""

from __future__ import annotations

from executions.admin.runs import ExecutionAdmin
from executions.admin.schedules import ScheduleFireAdmin, TriggerAdmin
from executions.admin.starting import RunnableWorkflowAdmin

__all__ = ["ExecutionAdmin", "RunnableWorkflowAdmin", "ScheduleFireAdmin", "TriggerAdmin"]
