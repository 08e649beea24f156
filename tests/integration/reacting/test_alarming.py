"""What the engine adds to alerts: workflows that run again, and queues that nobody serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.clock import Clock
from executions.models import Worker
from executions.services import alarming
from integrations import alerting
from integrations.models import Alert, Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, emit, listening
from workflows import services as workflows

BAD = driving.definition([("bad", "fail", {"config": {"message": "x"}})])


@pytest.fixture(autouse=True)
def _clock(anna: Any) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def alerts() -> list[tuple[str, int, str]]:
    alerting.look()
    return list(Alert.objects.order_by("opened_at").values_list("name", "count", "ending"))


def test_failures_of_a_workflow_are_one_alert_until_it_succeeds(anna: Any) -> None:
    """R3-5, S0-17, part 2 row 15: grouped by workflow, step and kind of error; a run that succeeds ends it."""
    flow = driving.workflow(anna, BAD)
    for _time in range(3):
        runs.start(flow, anna)
        driving.drain()
    assert alerts() == [("execution.failed", 3, "")]
    assert alarming.end_recovered() == 0
    good = driving.definition([("bad", "noop")])
    workflows.replace_workflow(
        workflow_id=flow.pk, user=anna, particulars=workflows.Particulars(name="Test"), definition=good
    )
    runs.start(flow, anna)
    driving.drain()
    assert (alarming.end_recovered(), alarming.end_recovered()) == (1, 0)
    assert alerts() == [("execution.failed", 3, "recovered")]


def test_a_failing_reaction_to_a_failure_is_no_alert_of_its_own(anna: Any) -> None:
    """S2-9: failures of error reactions do not raise themselves, as an alert neither."""
    what = driving.definition(
        [("begin", "trigger-error", {"config": {"listen": "project"}}), ("bad", "fail", {"config": {"message": "no"}})],
        [("begin", "bad")],
    )
    driving.workflow(anna, what)
    driving.start(anna, BAD)
    for _round in range(3):
        driving.drain()
        deliver()
    assert alerts() == [("execution.failed", 1, "")]


def test_work_that_nobody_serves_is_an_alert_without_any_worker(anna: Any) -> None:
    """R3-5, part 2 rows 14 and 15: the path does not depend on the workers; told once, and when somebody is back."""
    listening(anna)
    emit()
    assert alarming.watch_workers() == 0
    clock.shift(connection, 90)
    assert alarming.watch_workers() == 1
    assert alerts() == [("worker.missing", 1, "")]
    assert alarming.watch_workers() == 0
    Worker.objects.create(id="w", host="h", pid=1, queues=["system"], slots=1, seen_at=Clock())
    assert alarming.watch_workers() == 1
    assert alerts() == [("worker.missing", 1, "recovered")]
    assert Event.objects.filter(name__startswith="worker.").count() == 2


def test_an_alert_is_seen_by_all_and_handled_by_operators_over_the_api(anna: Any) -> None:
    """S3-22, part 2 row 15: list, acknowledge and mute."""
    emit("backup.failed", subject="db-1", payload={"host": "db-1"})
    alerting.look()
    address = "/api/v1/alerts"
    viewer, operator = runs.client(runs.person("viewer")), runs.client(runs.person("operator", username="boris"))
    (line,) = viewer.get(f"{address}?open=true").json()["results"]
    assert (line["name"], line["count"], line["ending"], line["acknowledgedBy"]) == ("backup.failed", 1, "", None)
    one = f"{address}/{line['id']}"
    assert viewer.post(f"{one}/acknowledge").status_code == 403
    assert operator.post(f"{one}/acknowledge").json()["acknowledgedBy"] == "boris"
    assert operator.post(f"{one}/mute", {"seconds": 0}).status_code == 400
    assert operator.post(f"{one}/mute", {"seconds": 60}).json()["mutedUntil"] is not None
    emit("backup.recovered", subject="db-1")
    alerting.look()
    refused = operator.post(f"{one}/mute", {"seconds": 60})
    assert (refused.status_code, refused.json()["code"]) == (409, "alert_over")
    assert viewer.get(one).json()["ending"] == "recovered"
    assert viewer.get(f"{address}?open=true").json()["results"] == []
    assert viewer.get(f"{address}/nonsense").status_code == 404
