"""PURE: which error of ours a fault of BigQuery is (`docs/bigquery.md` lists them with their cures)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.bigquery.errors import AccessMissing, JobFailed, OrderRefused, PlaceMissing, Resting
from integrations.errors import InvalidAnswer, OutboundError, TimedOut

LINE_REST: Final = 30.0
OVERLOAD_REST: Final = 60.0
QUOTA_REST: Final = 900.0
"""Seconds to leave BigQuery alone: without an answer, too fast, and over a quota of the day, which fills up slowly."""

OVERLOADED: Final = frozenset({"rateLimitExceeded", "jobRateLimitExceeded", "userRateLimitExceeded"})
OVER_QUOTA: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
ACCESS: Final = frozenset({"accessDenied", "billingNotEnabled", "billingTierLimitExceeded", "forbidden", "authError"})
OF_GOOGLE: Final = frozenset({"backendError", "internalError", "jobBackendError", "jobInternalError", "stopped"})


def error_of(fault: Mapping[str, Any]) -> OutboundError:
    """The error for `{"kind", "status", "reason", "message"}` as the child tells it.

    `details.job` says that a job has ended badly: its id is used up, and nothing of what it was to do has happened.
    """
    kind, status, reason = fault["kind"], fault["status"] or 0, fault["reason"]
    told = {"status": status, "reason": reason, "answer": fault["message"], "job": kind == "job"}
    if kind == "line":
        return Resting(retry_after=LINE_REST, **told)
    if kind == "time":
        return TimedOut(retry_after=LINE_REST, **told)
    if kind == "credentials":
        return AccessMissing(**told)
    return _answer(status, reason, told) if kind in ("answer", "job") else InvalidAnswer(**told)


def _answer(status: int, reason: str, told: Mapping[str, Any]) -> OutboundError:
    if reason in OVER_QUOTA:
        return Resting(retry_after=QUOTA_REST, **told)
    if reason in OVERLOADED or status == 429:
        return Resting(retry_after=OVERLOAD_REST, **told)
    if reason in OF_GOOGLE:
        return JobFailed(retry_after=LINE_REST, **told)
    if reason in ACCESS or status in (401, 403):
        return AccessMissing(**told)
    if status == 404 or reason == "notFound":
        return PlaceMissing(**told)
    return Resting(retry_after=LINE_REST, **told) if status >= 500 else OrderRefused(**told)
