"""Pages of the admin; Django looks for them here."""

from __future__ import annotations

from executions.admin.alerts import AlertAdmin
from executions.admin.beat import TaskAdmin
from executions.admin.books import NoticeAdmin, SavedErrorAdmin
from executions.admin.events import EventAdmin
from executions.admin.reactions import ReactionAdmin
from executions.admin.runs import ExecutionAdmin
from executions.admin.schedules import ScheduleFireAdmin, TriggerAdmin
from executions.admin.starting import RunnableWorkflowAdmin

__all__ = [
    "AlertAdmin",
    "EventAdmin",
    "ExecutionAdmin",
    "NoticeAdmin",
    "ReactionAdmin",
    "RunnableWorkflowAdmin",
    "SavedErrorAdmin",
    "ScheduleFireAdmin",
    "TaskAdmin",
    "TriggerAdmin",
]
