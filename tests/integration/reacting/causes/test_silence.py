"""A result that should have come, of whatever it is about, and did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from executions.services import scheduling
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.causes.looking import pass_time
from tests.integration.reacting.scenes import deliver, done, listening, runs_of
from tests.integration.schedules import scenes

HOUR = 3600
MORNING = datetime(2027, 3, 1, 8, 30, tzinfo=UTC)


def comes_in(api: Any, name: str, subject: str, **payload: Any) -> None:
    """Another system tells of something over the API."""
    said = {"name": name, "subject": subject, "payload": payload}
    assert api.post("/api/v1/events", said, format="json").status_code in (200, 201, 202)
    deliver()
    driving.drain()


@pytest.mark.parametrize("made", [True, False])
def test_a_result_that_is_expected_and_missing(anna: Any, made: bool) -> None:
    """Seed 6.8: «Автоматическая задача не выполнилась (например, не создался документ)»: two hours after its tick."""
    scenes.set_clock(MORNING)
    maker = scenes.scheduled(anna, {"crontab": "0 9 * * *"})
    config = {"after": "time.daily", "unless": "document.created", "seconds": 2 * HOUR, "anySubject": True}
    flow = listening(anna, "trigger-absence", **config, emits="result.missing")
    for hours in (1, 1.5, 3, 3.5):
        scenes.set_clock(MORNING + timedelta(hours=hours))
        scheduling.fire_due()
        deliver()
        if made and hours == 1.5:
            comes_in(runs.client(anna), "document.created", "doc-1", documentId="doc-1")
        pass_time((MORNING + timedelta(hours=hours) - datetime.now(UTC)).total_seconds())
    assert scenes.started(maker) == 1
    assert [done(run)["event"] for run in runs_of(flow)] == ([] if made else ["result.missing"])
