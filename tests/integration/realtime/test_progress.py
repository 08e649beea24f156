"""What a watcher is told: a snapshot, then every line of the journal, whatever gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import User
from executions import journal, services
from executions.consumers.following import MOVES_OF_MANY
from executions.models import Execution, ExecutionEvent
from executions.realtime import announce, hint_running
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.watching import watching

PARTS = ("", "/steps", "/events")
DATA = ("input", "output")
STEP_KEYS = ("id", "status", "attempt", "error")


def seqs(events):
    return [event["seq"] for event in events]


def test_a_watcher_gets_a_snapshot_and_then_every_event(web: str, user: User):
    """S3-21: notices of workflow and step status, in order and without gaps."""
    run = runs.start(runs.workflow(user), user, input_data={"a": 1})
    with watching(web, run, runs.token(user)) as watcher:
        snapshot = watcher.frame()
        driving.drain()
        events = watcher.events_until("execution.succeeded")

    assert set(snapshot) == {"type", "execution", "steps", "seq", "more"}
    assert (snapshot["type"], snapshot["seq"], snapshot["more"]) == ("snapshot", 1, False)
    assert (snapshot["execution"]["id"], snapshot["execution"]["status"]) == (str(run.pk), "running")
    assert snapshot["execution"]["inputData"] == {"a": 1}
    assert [(step["nodeId"], step["status"]) for step in snapshot["steps"]] == [("a", "ready"), ("b", "pending")]
    assert seqs(events) == [2, 3, 4]
    assert [event["type"] for event in events] == ["step.succeeded", "step.succeeded", "execution.succeeded"]
    assert events[0]["payload"]["nodeId"] == "a"


def test_a_late_watcher_sees_what_has_become(web: str, user: User):
    """S3-21: a snapshot of a finished run needs no events."""
    run = runs.finished_run(user, ("a", "noop"), ("b", "fail"))
    with watching(web, run, runs.token(user)) as watcher:
        snapshot = watcher.frame()
    assert snapshot["execution"]["status"] == "failed"
    assert [step["status"] for step in snapshot["steps"]] == ["succeeded", "failed"]
    assert snapshot["steps"][1]["error"]["code"] == "failed_on_purpose"
    assert snapshot["seq"] == ExecutionEvent.objects.filter(execution=run).count()


def test_the_socket_and_rest_tell_the_same(web: str, user: User):
    """S3-21: the run, its steps and its journal look alike, with a failed step and one that never began."""
    run = runs.finished_run(user, ("a", "noop"), ("b", "fail"), ("c", "noop"))
    line = journal.event("log", {"message": "%(count)s", "params": {"count": 3}}, level="warning")
    with transaction.atomic():
        Execution.objects.select_for_update().get(pk=run.pk)
        journal.append(run.pk, [line])
    token = runs.token(user)
    with watching(web, run, token) as watcher:
        snapshot = watcher.frame()
    with watching(web, run, token, since=0) as watcher:
        events = watcher.events_until("log")
    api = APIClient(headers={"Authorization": f"Bearer {token}"})
    execution, steps, lines = (api.get(f"/api/v1/executions/{run.pk}{part}").json() for part in PARTS)

    assert snapshot["execution"] == execution
    without_data = [{key: value for key, value in step.items() if key not in DATA} for step in steps["results"]]
    assert snapshot["steps"] == without_data
    assert events == lines["results"]


def test_a_reconnect_with_the_last_number_loses_nothing(web: str, user: User):
    """S3-21: reconnecting with `since` continues exactly after it, without a snapshot."""
    run = runs.start(runs.workflow(user, *((f"n{number}", "noop") for number in range(10))), user)
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        services.pause(execution_id=run.pk, user=user)
        seen = watcher.events_until("execution.paused")[-1]["seq"]
    services.resume(execution_id=run.pk, user=user)
    driving.drain()
    with watching(web, run, runs.token(user), since=seen) as watcher:
        missed = watcher.frames_until(lambda frame: frame.get("event", {}).get("type") == "execution.succeeded")
    assert [frame["type"] for frame in missed] == ["event"] * len(missed)
    last = ExecutionEvent.objects.filter(execution=run).latest("seq").seq
    assert [frame["seq"] for frame in missed] == list(range(seen + 1, last + 1))


def test_a_hint_that_comes_too_late_is_not_told_after_a_reconnect(web: str, user: User):
    """S3-21: the watcher has been told before that the step has ended, and must not believe that it runs."""
    run = runs.start(runs.workflow(user), user)
    driving.drain()
    seen = ExecutionEvent.objects.filter(execution=run).latest("seq").seq
    ended = driving.step(run, "a")
    with watching(web, run, runs.token(user), since=seen - 1) as watcher:
        watcher.events_until("execution.succeeded")
        hint_running(run.pk, ended.pk, 1, run.created_at)
        hint_running(run.pk, driving.step(run, "b").pk, 2, run.created_at)
        assert watcher.frame()["step"] == str(driving.step(run, "b").pk)


def test_a_watcher_from_the_future_starts_anew(web: str, user: User):
    """S3-21: a number that the journal has not reached (a restored database) gives a snapshot."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user), since=10**15) as watcher:
        assert watcher.frame()["type"] == "snapshot"


def test_a_lost_announcement_delays_a_line_and_loses_none(web: str, user: User):
    """R3-22, S3-21: the journal is the truth; lines that nobody announces arrive too."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        journal.append(run.pk, [journal.event("log", {"message": "unannounced", "params": {}})])
        (event,) = watcher.events_until("log")
    assert event["payload"]["message"] == "unannounced"


def test_a_claimed_step_is_hinted_before_the_journal_tells(web: str, user: User):
    """S3-21: the claim writes no line; its hint says that the step runs, unless the watcher knows more."""
    run = runs.start(runs.workflow(user), user)
    step = driving.step(run, "a")
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        hint_running(run.pk, step.pk, 1, run.created_at)
        hint = watcher.frames_until(lambda frame: frame["type"] == "hint")[-1]
        driving.drain()
        watcher.events_until("execution.succeeded")
        hint_running(run.pk, step.pk, 1, run.created_at)
        services.retry_step(execution_id=run.pk, step_id=step.pk, user=user, force=True)
        after = watcher.frames_until(lambda frame: frame.get("event", {}).get("type") == "step.retried")
    assert hint == {
        "type": "hint",
        "execution": str(run.pk),
        "step": str(step.pk),
        "status": "running",
        "attempt": 1,
        "startedAt": run.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert [frame["type"] for frame in after] == ["event"]


def test_a_move_of_many_steps_is_followed_by_a_snapshot(web: str, user: User):
    """S3-21: pause is one line and holds many steps; the watcher is told how they stand."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        services.pause(execution_id=run.pk, user=user)
        watcher.events_until("execution.paused")
        snapshot = watcher.frame()
    assert snapshot["execution"]["status"] == "paused"
    assert [step["status"] for step in snapshot["steps"]] == ["held", "pending"]


def replay(frames):
    """What a client makes of the frames: states of the run and of its steps."""
    status, steps = None, {}
    for frame in frames:
        if frame["type"] == "snapshot":
            status = frame["execution"]["status"]
            steps = {step["id"]: {key: step[key] for key in STEP_KEYS} for step in frame["steps"]}
        elif frame["type"] == "event":
            payload, kind = frame["event"]["payload"], frame["event"]["type"]
            if kind.startswith("step."):
                told = {key: payload[key] for key in STEP_KEYS if key in payload}
                steps[payload["stepId"]] |= {"error": None, **told}
            elif kind.startswith("execution."):
                status = payload["status"]
    return status, steps


def is_complete(frames):
    """Whether the last line has come, and a snapshot after the last move of many steps."""
    lines = {frame["seq"]: frame["event"]["type"] for frame in frames if frame["type"] == "event"}
    moves = [seq for seq, kind in lines.items() if kind in MOVES_OF_MANY]
    newest = max(frame["seq"] for frame in frames if frame["type"] == "snapshot")
    return "log" in lines.values() and newest >= max(moves, default=0)


def nothing(**_options):
    """A control that leaves the run alone."""


def pause_and_resume(**options):
    services.pause(**options)
    services.resume(**options)


def run_the_first_step_again(*, execution_id, user):
    services.stop(execution_id=execution_id, user=user)
    step = Execution.objects.get(pk=execution_id).steps.get(node_id="a")
    services.retry_step(execution_id=execution_id, step_id=step.pk, user=user, force=True)


@pytest.mark.parametrize(
    "control", [nothing, services.pause, services.stop, pause_and_resume, run_the_first_step_again]
)
def test_a_snapshot_with_the_events_after_it_is_the_new_snapshot(web: str, user: User, control):
    """S3-21: whoever follows the events knows what a new snapshot would tell."""
    what = driving.definition(
        [
            ("a", "noop"),
            ("b", "fail", {"settings": {"onError": "error_port"}}),
            ("c", "noop"),
            ("d", "noop"),
            ("e", "delay", {"config": {"seconds": 3600}}),
        ],
        [("a", "b"), ("b", "c"), ("b", "d", "error"), ("d", "e")],
    )
    run = driving.start(user, what)
    with watching(web, run, runs.token(user)) as watcher:
        frames = [watcher.frame()]
        driving.drain()
        control(execution_id=run.pk, user=user)
        announce(run.pk, journal.append(run.pk, [journal.event("log", {"message": "the end", "params": {}})]))
        while not is_complete(frames):
            frames.append(watcher.frame())
    with watching(web, run, runs.token(user)) as watcher:
        assert replay(frames) == replay([watcher.frame()])


def test_a_large_snapshot_comes_in_parts(web: str, user: User):
    """S3-21: a frame stays below what common clients accept."""
    names = [f"n{number}" for number in range(1001)]
    run = driving.start(user, driving.definition([(name, "noop") for name in names]))
    with watching(web, run, runs.token(user)) as watcher:
        frames = watcher.frames_until(lambda frame: not frame["more"])
    assert [(frame["more"], len(frame["steps"])) for frame in frames] == [(True, 1000), (False, 1)]
    assert len({frame["seq"] for frame in frames}) == 1
    assert [step["nodeId"] for frame in frames for step in frame["steps"]] == names


def test_many_watchers_of_one_run_are_all_served(web: str, user: User):
    """S3-21: each socket gets every event once."""
    run = runs.start(runs.workflow(user), user)
    token = runs.token(user)
    with (
        watching(web, run, token) as first,
        watching(web, run, token) as second,
        watching(web, run, token) as third,
    ):
        watchers = [first, second, third]
        for watcher in watchers:
            watcher.frame()
        driving.drain()
        for watcher in watchers:
            assert seqs(watcher.events_until("execution.succeeded")) == [2, 3, 4]


@pytest.mark.parametrize(
    ("chosen", "error", "refusal"),
    [
        ("", "A etapa foi encerrada de propósito", "O token é inválido ou expirou"),
        ("en", "The step was made to fail on purpose", "The token is invalid or has expired"),
    ],
)
def test_a_watcher_is_spoken_to_in_their_language(web: str, user: User, chosen: str, error: str, refusal: str):
    user.language = chosen
    user.save(update_fields=["language"])
    asked: dict[str, Any] = {"additional_headers": {"Accept-Language": "pt-BR"}}
    run = runs.finished_run(user, ("a", "fail"))
    with watching(web, run, runs.token(user), **asked) as watcher:
        assert watcher.frame()["execution"]["error"]["message"] == error
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert watcher.frame()["message"] == refusal
    with watching(web, run, "nonsense", **asked) as watcher:
        assert watcher.frame()["message"] == "O token é inválido ou expirou"
