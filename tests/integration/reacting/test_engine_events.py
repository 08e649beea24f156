"""What the engine itself tells of: runs by hand, runs that are stuck, ticks that were missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.clock import Clock
from executions.models import Execution
from executions.services import reacting, scheduling
from integrations.models import Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, listening, runs_of

FORM = {"type": "object", "properties": {"month": {"type": "integer", "minimum": 1}}, "required": ["month"]}


@pytest.fixture(autouse=True)
def _clock(anna: Any) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def test_a_run_by_hand_has_a_form_and_tells_who_has_started_it(anna: Any) -> None:
    """S2-10: typed inputs, and it is recorded who."""
    flow = listening(anna, "trigger-manual", fields=FORM)
    also = listening(anna, event="process.started_manually")
    api = runs.client(anna)
    refused = api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"month": 0}})
    assert (refused.status_code, list(refused.json()["details"]["fields"])) == (400, ["inputData.month"])
    assert api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"month": "3"}}).status_code == 202
    deliver()
    (run,) = runs_of(flow)
    assert run.input_data == {"month": 3}
    (told,) = runs_of(also)
    assert told.input_data["payload"] == {
        "workflow": flow.code,
        "executionId": str(run.pk),
        "by": "anna",
        "inputData": {"month": 3},
    }


def test_a_run_that_takes_longer_than_its_workflow_usually_does_is_told_of_once(anna: Any) -> None:
    """S2-2, seed: "longer than usual" is measured against the workflow's own p95."""
    flow = runs.workflow(anna)
    for _number in range(10):
        runs.start(flow, anna)
    driving.drain()
    quiet = runs.workflow(anna)
    slow, unknown = runs.start(flow, anna), runs.start(quiet, anna)
    Execution.objects.filter(pk__in=[slow.pk, unknown.pk]).update(started_at=Clock() - timedelta(seconds=50))
    assert reacting.tell_of_stuck() == 0
    Execution.objects.filter(pk__in=[slow.pk, unknown.pk]).update(started_at=Clock() - timedelta(seconds=90))
    assert [reacting.tell_of_stuck() for _time in range(2)] == [1, 0]
    event = Event.objects.get(name="process.stuck")
    assert (event.subject, event.payload["executionId"]) == (flow.code, str(slow.pk))


def test_a_tick_that_starts_nothing_is_told_of_once(anna: Any) -> None:
    """S2-9, seed: an automatic job that was not done is an event, and its reaction tells of nothing further."""
    schedule = {"config": {"everySeconds": 60, "missed": "skip"}}
    driving.workflow(anna, driving.definition([("tick", "trigger-schedule", schedule)]))
    reaction = listening(anna, event="job.missed")
    clock.shift(connection, 600)
    for _time in range(2):
        scheduling.fire_due()
        deliver()
    (run,) = runs_of(reaction)
    assert (run.origin, run.input_data["payload"]["reason"]) == ("error", "missed")
