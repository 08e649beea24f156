"""`GET /health/engine`: what waits, who works, what went wrong."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from accounts.clock import Clock
from accounts.models import User
from executions import invariants, runner, services
from executions.models import Execution, Worker
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import leases

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/health/engine"


def ask() -> dict[str, Any]:
    answer = runs.client(runs.person("admin")).get(URL)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def queue(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in told["queues"] if one["name"] == name)


def test_an_idle_engine(transactional_db: None, valkey: redis.Redis):
    told = ask()
    nothing = {"ready": 0, "oldestReadySeconds": None, "workers": 0, "slots": 0}
    assert told["queues"] == [{"name": "cpu", **nothing}, {"name": "io", **nothing}]
    assert set(told["openRuns"].values()) == {0}
    assert (told["deadLetters"], told["oldestDeadLetterSeconds"], told["invariantViolations"]) == (0, None, 0)
    assert (told["workersAlive"], told["workers"]) == (0, [])
    assert told["databaseBytes"] > 0


def test_queues_runs_steps_and_workers_are_counted(editor: User, valkey: redis.Redis):
    """Part 2, row 5, for whoever looks after the installation."""
    Worker.objects.create(id="h:1:1", host="h", pid=1, queues=["io", "cpu"], slots=4, seen_at=Clock())
    Worker.objects.create(id="h:2:2", host="h", pid=2, queues=["cpu"], slots=2, seen_at=Clock())
    Worker.objects.create(id="h:3:3", host="h", pid=3, queues=["cpu"], slots=2, seen_at=Clock(), draining=True)
    flow = runs.workflow(editor)
    for priority in (9, 1):
        runs.start(flow, editor, priority=priority)
    paused = runs.start(flow, editor)
    services.pause(execution_id=paused.pk)
    runner._claim("cpu", leases())
    runs.finished_run(editor, ("bad", "fail"), priority=10)
    told = ask()
    assert told["openRuns"] == {"queued": 0, "running": 1, "paused": 1, "failing": 0}
    assert told["runsOfLastDay"]["succeeded"] == 1
    assert told["runsOfLastDay"]["failed"] == 1
    assert told["workersAlive"] == 2
    assert {worker["id"] for worker in told["workers"]} == {"h:1:1", "h:2:2"}
    assert (queue(told, "cpu")["workers"], queue(told, "cpu")["slots"]) == (2, 6)
    assert queue(told, "io")["slots"] == 4
    assert told["steps"]["running"] == 1
    assert told["deadLetters"] == 1
    assert 0 <= told["oldestDeadLetterSeconds"] < 600


def test_the_age_of_the_first_ready_step_does_not_depend_on_its_priority(editor: User, valkey: redis.Redis):
    flow = runs.workflow(editor)
    for priority in (10, 0):
        runs.start(flow, editor, priority=priority)
    told = queue(ask(), "cpu")
    assert told["ready"] == 2
    assert 0 <= told["oldestReadySeconds"] < 30


def test_runs_that_contradict_themselves_are_counted(editor: User, valkey: redis.Redis):
    """Issue, 7: the invariant check runs in production and shows as a metric."""
    run = driving.start(editor, driving.chain(2))
    Execution.objects.filter(pk=run.pk).update(open_steps=7)
    assert invariants.repair() == 1
    assert ask()["invariantViolations"] == 1


def test_without_valkey_the_engine_can_be_looked_at(transactional_db: None, settings: Any):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert ask()["invariantViolations"] is None


def test_only_administrators_of_the_default_project_look(editor: User):
    stranger = runs.person("admin", project=scenes.project("other"))
    assert runs.client(stranger).get(URL).status_code == 403
    assert runs.client(editor).get(URL).status_code == 403
