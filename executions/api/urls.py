"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from executions.api.bulk import BulkViewSet
from executions.api.dead_letters import DeadLetterViewSet
from executions.api.effects import EffectViewSet
from executions.api.events import EventReactionViewSet
from executions.api.executions import ExecutionViewSet
from executions.api.health import HealthViewSet
from executions.api.journal import JournalViewSet
from executions.api.notices import NoticeViewSet
from executions.api.results import ResultViewSet
from executions.api.retrying import RetryViewSet
from executions.api.saved_errors import SavedErrorViewSet
from executions.api.schedules import ScheduleViewSet
from executions.api.starting import WorkflowExecutionViewSet
from executions.api.steps import StepViewSet
from executions.api.storage import StorageViewSet
from executions.api.testing import ShadowViewSet, TrialViewSet
from executions.api.triggers import TriggerViewSet
from executions.api.why import WhyViewSet

RUN = "executions/<str:execution_id>"
SCHEDULES = "workflows/<str:workflow_id>/schedules"

urlpatterns: list[URLPattern | URLResolver] = [
    path("workflows/<str:workflow_id>/execute", WorkflowExecutionViewSet.as_view({"post": "execute"})),
    path("workflows/<str:workflow_id>/test", TrialViewSet.as_view({"post": "create"})),
    path("workflows/<str:workflow_id>/shadow", ShadowViewSet.as_view({"post": "create"})),
    path("workflows/<str:workflow_id>/executions", WorkflowExecutionViewSet.as_view({"get": "list"})),
    path("workflows/<str:workflow_id>/triggers", TriggerViewSet.as_view({"get": "list"})),
    path(SCHEDULES, ScheduleViewSet.as_view({"get": "list"})),
    path(f"{SCHEDULES}/<str:trigger_id>/enable", ScheduleViewSet.as_view({"post": "enable"})),
    path(f"{SCHEDULES}/<str:trigger_id>/disable", ScheduleViewSet.as_view({"post": "disable"})),
    path("dead-letters", DeadLetterViewSet.as_view({"get": "list"})),
    path("dead-letters/replay", DeadLetterViewSet.as_view({"post": "replay"})),
    path("dead-letters/resolve", DeadLetterViewSet.as_view({"post": "resolve"})),
    path("errors", SavedErrorViewSet.as_view({"get": "list"})),
    path("errors/<str:error_id>", SavedErrorViewSet.as_view({"get": "retrieve"})),
    path("errors/<str:error_id>/replay", SavedErrorViewSet.as_view({"post": "replay"})),
    path("errors/<str:error_id>/resolve", SavedErrorViewSet.as_view({"post": "resolve"})),
    path("errors/<str:error_id>/dismiss", SavedErrorViewSet.as_view({"post": "dismiss"})),
    path("events/overview", EventReactionViewSet.as_view({"get": "overview"})),
    path("events/replay", EventReactionViewSet.as_view({"post": "replay_many"})),
    path("events/<str:event_id>", EventReactionViewSet.as_view({"get": "retrieve"})),
    path("events/<str:event_id>/replay", EventReactionViewSet.as_view({"post": "replay"})),
    path("notices", NoticeViewSet.as_view({"get": "list"})),
    path("notices/<str:notice_id>/seen", NoticeViewSet.as_view({"post": "see"})),
    path("health/engine", HealthViewSet.as_view({"get": "retrieve"})),
    path("storage", StorageViewSet.as_view({"get": "list"})),
    path("executions/bulk", BulkViewSet.as_view({"post": "create"})),
    path("executions", ExecutionViewSet.as_view({"get": "list"})),
    path(RUN, ExecutionViewSet.as_view({"get": "retrieve"}), name="execution"),
    path(f"{RUN}/pause", ExecutionViewSet.as_view({"post": "pause"})),
    path(f"{RUN}/resume", ExecutionViewSet.as_view({"post": "resume"})),
    path(f"{RUN}/stop", ExecutionViewSet.as_view({"post": "stop"})),
    path(f"{RUN}/retry", RetryViewSet.as_view({"post": "create"})),
    path(f"{RUN}/retry-plan", RetryViewSet.as_view({"get": "retrieve"})),
    path(f"{RUN}/why", WhyViewSet.as_view({"get": "retrieve"})),
    path(f"{RUN}/result", ResultViewSet.as_view({"get": "retrieve"})),
    path(f"{RUN}/logs", JournalViewSet.as_view({"get": "logs"})),
    path(f"{RUN}/events", JournalViewSet.as_view({"get": "events"})),
    path(f"{RUN}/effects", EffectViewSet.as_view({"get": "list"})),
    path(f"{RUN}/steps", StepViewSet.as_view({"get": "list"})),
    path(f"{RUN}/steps/<str:step_id>", StepViewSet.as_view({"get": "retrieve"})),
    path(f"{RUN}/steps/<str:step_id>/retry", StepViewSet.as_view({"post": "retry"})),
]
