from __future__ import annotations

import pytest

from integrations.bigquery import faults
from integrations.bigquery.errors import AccessMissing, JobFailed, OrderRefused, PlaceMissing, Resting
from integrations.errors import InvalidAnswer, OutboundError, TimedOut


@pytest.mark.parametrize(
    ("kind", "status", "reason", "error", "rest"),
    [
        ("line", None, "", Resting, faults.LINE_REST),
        ("time", None, "", TimedOut, faults.LINE_REST),
        ("credentials", None, "", AccessMissing, None),
        ("defect", None, "", InvalidAnswer, None),
        ("answer", 403, "rateLimitExceeded", Resting, faults.OVERLOAD_REST),
        ("answer", 429, "", Resting, faults.OVERLOAD_REST),
        ("answer", 403, "quotaExceeded", Resting, faults.QUOTA_REST),
        ("job", 400, "quotaExceeded", Resting, faults.QUOTA_REST),
        ("answer", 503, "", Resting, faults.LINE_REST),
        ("job", 400, "backendError", JobFailed, faults.LINE_REST),
        ("answer", 403, "accessDenied", AccessMissing, None),
        ("answer", 401, "", AccessMissing, None),
        ("answer", 404, "notFound", PlaceMissing, None),
        ("job", 400, "notFound", PlaceMissing, None),
        ("job", 400, "invalid", OrderRefused, None),
        ("answer", 400, "invalidQuery", OrderRefused, None),
    ],
)
def test_each_fault_is_the_error_that_says_what_helps(
    kind: str, status: int | None, reason: str, error: type[OutboundError], rest: float | None
):
    found = faults.error_of({"kind": kind, "status": status, "reason": reason, "message": "told"})
    assert type(found) is error
    assert found.retry_after == rest
    assert found.details["job"] is (kind == "job")
