"""What can be done to a run. Each verb is one transaction; bells and announcements go out after its commit."""

from executions.services.control import pause, resume, stop
from executions.services.explaining import why
from executions.services.guards import live_queues, refuse_crowd, refuse_if_open
from executions.services.repeating import Wish, plan_retry, retry
from executions.services.retrying import retry_step
from executions.services.settling import settle
from executions.services.starting import start

__all__ = [
    "Wish",
    "live_queues",
    "pause",
    "plan_retry",
    "refuse_crowd",
    "refuse_if_open",
    "resume",
    "retry",
    "retry_step",
    "settle",
    "start",
    "stop",
    "why",
]
