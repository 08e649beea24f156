"""`GET /executions/{id}/why`: what a run waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import Clock
from accounts.models import User
from executions import runner, services
from executions.models import Execution, Step, Worker
from executions.services import admission, aftercare, reacting
from integrations import breaker
from integrations.models import Event
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import leases
from workflows import services as workflows
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(transactional_db: None) -> Worker:
    """Somebody serves both queues."""
    return Worker.objects.create(id="host:1:1", host="host", pid=1, queues=["io", "cpu"], slots=4, seen_at=Clock())


def ask(run: Execution, user: User | None = None) -> dict[str, Any]:
    answer = runs.client(user or runs.person("viewer")).get(f"/api/v1/executions/{run.pk}/why")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    assert told["sentence"] == told["reasons"][0]["sentence"]
    return told


def first(run: Execution) -> dict[str, Any]:
    reason: dict[str, Any] = ask(run)["reasons"][0]
    return reason


def test_a_ready_step_without_a_worker(editor: User):
    """Part 2, row 5: no worker on queue Z."""
    run = runs.start(runs.workflow(editor), editor)
    reason = first(run)
    assert (reason["kind"], reason["queue"], reason["nodeId"]) == ("no_worker", "cpu", "a")
    assert reason["sentence"] == "Шаг «a» готов, но на очереди cpu нет ни одного работника"


def test_a_ready_step_with_others_before_it(editor: User, worker: Worker):
    flow = runs.workflow(editor)
    for _ in range(3):
        runs.start(flow, editor, priority=9)
    run = runs.start(flow, editor, priority=1)
    assert (first(run)["kind"], first(run)["ahead"]) == ("queue", 3)


def test_a_running_step_and_one_whose_worker_is_gone(editor: User, worker: Worker):
    run = runs.start(runs.workflow(editor), editor)
    claimed = runner._claim("cpu", leases())
    assert claimed is not None
    reason = first(run)
    assert (reason["kind"], reason["worker"], reason["stepId"]) == ("running", claimed.worker, str(claimed.step_id))
    assert reason["since"]
    Step.objects.filter(id=claimed.step_id).update(lease_expires_at=Clock())
    assert first(run)["kind"] == "worker_lost"


def test_a_pause_with_person_time_and_reason(editor: User, worker: Worker):
    """Part 2, row 5: paused by X. Part 3, 3: who and why are kept."""
    run = runs.start(runs.workflow(editor), editor)
    runs.client(editor).post(f"/api/v1/executions/{run.pk}/pause", {"reason": "не те цены"})
    told = ask(run)
    assert told["status"] == "paused"
    reason = told["reasons"][0]
    assert (reason["kind"], reason["by"], reason["why"]) == ("paused", editor.username, "не те цены")
    assert "не те цены" in told["sentence"]


def test_a_rate_limit_with_its_time_and_host(editor: User, ledger: Ledger, worker: Worker):
    """Part 2, row 5 and part 3, 9: waiting for a limit is a state with a time."""
    call = ("call", "http-request", {"config": {"url": ledger.url("/status/429?retry_after=600")}})
    run = runs.finished_run(editor, call)
    reason = first(run)
    assert (reason["kind"], reason["host"]) == ("rate_limit", "127.0.0.1")
    until = driving.step(run, "call").available_at
    assert until is not None
    assert reason["until"] == until.isoformat().replace("+00:00", "Z")


def test_an_open_breaker_with_its_host(editor: User, ledger: Ledger, worker: Worker):
    """Part 2, row 5: breaker open."""
    for _ in range(breaker.FAILURES):
        breaker.failed(f"-@127.0.0.1:{ledger.port}")
    run = runs.finished_run(editor, ("call", "http-request", {"config": {"url": ledger.url()}}))
    assert ledger.calls == []
    assert (first(run)["kind"], first(run)["host"]) == ("breaker", "127.0.0.1")


def test_a_rest_before_the_next_try(editor: User, worker: Worker):
    retries = {"settings": {"retry": {"attempts": 3, "delaySeconds": 60}}, "config": {"transient": True}}
    run = runs.finished_run(editor, ("a", "fail", retries))
    assert first(run)["kind"] == "retry"


def test_a_timer_with_its_time_in_the_readers_zone_and_language(editor: User, worker: Worker):
    reader = runs.person("viewer", time_zone="Asia/Vladivostok", language="en")
    run = runs.finished_run(editor, ("sleep", "delay", {"config": {"until": "2030-01-01T00:00:00Z"}}))
    told = ask(run, reader)
    assert (told["reasons"][0]["kind"], told["reasons"][0]["until"]) == ("timer", "2030-01-01T00:00:00Z")
    assert told["sentence"] == "Step “sleep” waits until 01/01/2030 10:00"


def test_a_step_that_awaits_another_run(editor: User, worker: Worker):
    sleep = ("sleep", "delay", {"config": {"seconds": 3600}})
    parent = runs.finished_run(editor, sleep)
    child = runs.finished_run(editor, sleep)
    Execution.objects.filter(pk=child.pk).update(parent_step=driving.step(parent, "sleep"), awaited=True)
    assert (first(parent)["kind"], first(parent)["childId"]) == ("child", str(child.pk))
    services.stop(execution_id=child.pk)
    assert first(parent)["kind"] == "timer"


def test_the_place_in_the_queue_for_a_slot(editor: User, worker: Worker):
    flow = runs.workflow(editor)
    queued = [runs.start(flow, editor) for _ in range(2)]
    Execution.objects.filter(pk__in=[run.pk for run in queued]).update(status="queued", concurrency_key="k")
    Step.objects.filter(execution__in=queued).update(status="held")
    assert [(first(run)["kind"], first(run)["position"]) for run in queued] == [("slot", 1), ("slot", 2)]


def calling(editor: User, code: str, other: str, limit: int = 1) -> Workflow:
    """A workflow that starts another one and waits for it, with so many runs at once."""
    what = driving.definition([("call", "sub-workflow", {"config": {"workflow": other}})], concurrency={"limit": limit})
    return workflows.create_workflow(
        user=editor, particulars=workflows.Particulars(name=code, code=code), definition=what
    )


def test_two_runs_that_wait_for_each_others_places_are_told_the_circle(editor: User, worker: Worker):
    """Part 2, row 5: each holds the place that the child of the other one waits for."""
    one, two = calling(editor, "ONE", "TWO"), calling(editor, "TWO", "ONE")
    first_run, second_run = runs.start(one, editor), runs.start(two, editor)
    driving.drain()
    (first_child,) = Execution.objects.filter(parent_step__execution=first_run)
    (second_child,) = Execution.objects.filter(parent_step__execution=second_run)
    way = [
        (first_run, "child", first_child),
        (first_child, "slot", second_run),
        (second_run, "child", second_child),
        (second_child, "slot", first_run),
    ]
    for turn, (run, _why, _on) in enumerate(way):
        reason = first(run)
        told = [(hop["executionId"], hop["waitsFor"], hop["nextId"]) for hop in reason["circle"]]
        around = way[turn:] + way[:turn]
        assert (reason["kind"], told) == ("circle", [(str(a.pk), why, str(b.pk)) for a, why, b in around])
    assert str(second_run.pk) in first(first_run)["sentence"]
    assert reacting.tell_of_stuck() == 0  # it may have begun a moment ago
    Execution.objects.filter(status="queued").update(created_at=Clock() - timedelta(seconds=90))
    assert [reacting.tell_of_stuck() for _time in range(2)] == [2, 0]
    events = Event.objects.filter(name="process.stuck").order_by("id")
    stuck = {(event.payload["executionId"], event.payload["reason"]) for event in events}
    assert stuck == {(str(child.pk), "circle") for child in (first_child, second_child)}
    services.stop(execution_id=second_run.pk)
    while driving.drain() or aftercare.look_after_ended() or admission.admit_waiting():
        pass
    assert first(first_run)["kind"] == "finished"


def test_a_place_that_will_be_free_is_waited_for_in_no_circle(editor: User, worker: Worker):
    sleep = driving.definition([("sleep", "delay", {"config": {"seconds": 3600}})], concurrency={"limit": 1})
    asleep = driving.workflow(editor, sleep)
    runs.start(asleep, editor)
    run = runs.start(calling(editor, "ONE", asleep.code), editor)
    driving.drain()
    (child,) = Execution.objects.filter(parent_step__execution=run)
    assert [first(one)["kind"] for one in (run, child)] == ["child", "slot"]
    Execution.objects.filter(status="queued").update(created_at=Clock() - timedelta(seconds=90))
    assert reacting.tell_of_stuck() == 0


@pytest.mark.parametrize("verb", ["stop", None])
def test_a_finished_run(editor: User, verb: str | None):
    run = runs.start(runs.workflow(editor), editor)
    if verb:
        services.stop(execution_id=run.pk)
    driving.drain()
    told = ask(run)
    assert [reason["kind"] for reason in told["reasons"]] == ["finished"]


def test_the_questions_do_not_grow_with_the_run(editor: User, worker: Worker):
    counts = []
    for width in (2, 40):
        what = driving.definition([(f"n{index}", "noop") for index in range(width)])
        run = runs.start(driving.workflow(editor, what), editor)
        with CaptureQueriesContext(connection) as captured:
            services.why(run)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_foreign_run_is_not_there(editor: User):
    run = runs.start(runs.workflow(editor), editor)
    stranger = runs.client(runs.person("admin", project=scenes.project("other")))
    assert stranger.get(f"/api/v1/executions/{run.pk}/why").status_code == 404
    assert stranger.get("/api/v1/executions/nonsense/why").status_code == 404
