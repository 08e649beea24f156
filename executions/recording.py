"""Recording a report whatever happens: a connection that dies in the commit, a result that cannot be written."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connection

from accounts import failpoints
from executions import failures, payloads
from executions.claims import Recorded
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure
from executions.services.settling import Report, settle

log = structlog.get_logger(__name__)

COMMIT_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Rests between looks at what a lost connection has left, in seconds."""


def settle_surely(report: Report) -> Recorded | None:
    """Record the report; when it holds what cannot be written, record that as the step's failure.

    It may be the result of a quick step, so these are left out first.
    """
    try:
        return _settle_patiently(report)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # texts that JSON or PostgreSQL do not hold, times out of range, names too long
        log.exception("result cannot be recorded", step_id=str(report.claimed.step_id))
        if report.claimed.offered is not None and not report.passed:  # it fails under a claim
            return None
        if report.passed:
            recorded = settle_surely(replace(report, passed=()))
            return None if recorded is None else replace(recorded, alone=True)
        return _settle_patiently(_refused(report, error))


def _refused(report: Report, error: Exception) -> Report:
    """The same step, failed because of `error`. Its log lines are left out: they may be what was wrong."""
    was = report.settlement.failure
    details = {"reason": type(error).__name__, **({"of": was.code} if was else {})}
    result = settlements.failed(
        report.node,
        Failure("result_refused", failures.REFUSED, details),
        tries=report.claimed.tries,
        jitter=random.random(),  # noqa: S311 - spreads retries, protects nothing
        items=[],
        progress=payloads.decode(report.claimed.progress),
    )
    data = payloads.encode(result.ports, {}) if result.ports else []
    return replace(report, settlement=result, data=data, lines=())


def _settle_patiently(report: Report) -> Recorded | None:
    """Record the report even when the connection dies in the commit: look what is there, and write it only if missing.

    The node is never run again for this. When the database stays away the lease runs out and another worker takes over.
    """
    for pause in (*COMMIT_PAUSES, None):
        try:
            recorded = settle(report)
            failpoints.reach("finish.commit_unknown")
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            log.warning("result could not be recorded, trying again", pause=pause)
            connection.close()
            time.sleep(pause)
        else:
            return recorded
    return None
