"""Why a run does not go on, told from its state and its steps."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from executions.engine.reasons import Kind, Pause, Reason, Run, Waiting, explain

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def step(name: str = "a", **fields: Any) -> Waiting:
    fields = {"status": "ready", "queue": "io", **fields}
    return Waiting(step_id=uuid.uuid4(), node_id=name, label=name.upper(), **fields)


def told(*steps: Waiting, run: Run | None = None, queues: str = "io cpu", **ahead: int) -> list[Reason]:
    return explain(run or Run("running"), steps, listened=queues.split().__contains__, ahead=ahead)


def only(*steps: Waiting, **surroundings: Any) -> Reason:
    (reason,) = told(*steps, **surroundings)
    return reason


@pytest.mark.parametrize("status", ["succeeded", "failed", "stopped"])
def test_a_finished_run_waits_for_nothing(status: str):
    reason = only(run=Run(status, finished_at=NOON))
    assert (reason.kind, reason.since) == (Kind.FINISHED, NOON)


def test_a_queued_run_waits_for_a_slot_at_its_place():
    reason = only(step(status="held"), run=Run("queued", key="client-7", position=3))
    assert (reason.kind, reason.position, reason.key) == (Kind.SLOT, 3, "client-7")


def test_a_paused_run_tells_by_whom_since_when_and_why():
    pause = Pause(by="anna", at=NOON, why="wrong prices")
    reason = only(step(status="held"), run=Run("paused", pause=pause))
    assert (reason.kind, reason.by, reason.since, reason.why) == (Kind.PAUSED, "anna", NOON, "wrong prices")


def test_what_a_paused_run_still_waits_for_is_told_after_the_pause():
    reasons = told(step(status="waiting", until=NOON), step(status="running"), run=Run("paused"))
    assert [reason.kind for reason in reasons] == [Kind.PAUSED, Kind.RUNNING, Kind.TIMER]


def test_a_failing_run_waits_for_what_still_runs():
    reasons = told(step(status="running", worker="w", since=NOON), run=Run("failing"))
    assert [reason.kind for reason in reasons] == [Kind.FAILING, Kind.RUNNING]


def test_a_ready_step_without_a_worker_names_the_queue():
    reason = only(step(queue="cpu"), queues="io")
    assert (reason.kind, reason.queue, reason.node_id) == (Kind.NO_WORKER, "cpu", "a")


def test_a_ready_step_with_workers_tells_how_many_are_before_it():
    reason = only(step(), io=12)
    assert (reason.kind, reason.queue, reason.ahead) == (Kind.QUEUE, "io", 12)


def test_a_running_step_names_its_worker_and_its_start():
    reason = only(step(status="running", worker="host:1:2", since=NOON))
    assert (reason.kind, reason.worker, reason.since) == (Kind.RUNNING, "host:1:2", NOON)


def test_a_running_step_whose_lease_ran_out_has_lost_its_worker():
    assert only(step(status="running", worker="w", lost=True)).kind is Kind.WORKER_LOST


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("retry", Kind.RETRY),
        ("rate_limited", Kind.RATE_LIMIT),
        ("server_crowded", Kind.CROWDED),
        ("circuit_open", Kind.BREAKER),
        ("time_slice", Kind.LATER),
    ],
)
def test_a_delayed_step_tells_what_for_and_until_when(code: str, kind: Kind):
    reason = only(step(status="delayed", reason=code, subject="api.example.org", until=NOON))
    assert (reason.kind, reason.until, reason.host) == (kind, NOON, "api.example.org")


def test_a_waiting_step_waits_for_a_time_an_event_or_a_run():
    child = uuid.uuid4()
    reasons = told(
        step("timer", status="waiting", until=NOON),
        step("event", status="waiting", event="ticket.closed", subject="7"),
        step("child", status="waiting", event="execution.finished", subject=str(child), child=child),
    )
    assert [(reason.kind, reason.node_id) for reason in reasons] == [
        (Kind.CHILD, "child"),
        (Kind.EVENT, "event"),
        (Kind.TIMER, "timer"),
    ]
    assert reasons[0].child == child
    assert (reasons[1].event, reasons[1].subject) == ("ticket.closed", "7")


def test_steps_that_wait_for_the_same_thing_are_one_reason_with_the_earliest_time():
    host = {"status": "delayed", "reason": "rate_limited", "subject": "api"}
    reason = only(
        step("a", until=NOON, **host),
        step("b", until=NOON - timedelta(minutes=1), **host),
        step("c", until=NOON + timedelta(minutes=1), **host),
    )
    assert (reason.steps, reason.node_id, reason.until) == (3, "b", NOON - timedelta(minutes=1))


def test_other_hosts_are_other_reasons():
    hosts = [step(status="delayed", reason="circuit_open", subject=host) for host in ("one", "two")]
    assert [reason.host for reason in told(*hosts)] == ["one", "two"]


def test_trouble_is_told_before_what_goes_well():
    reasons = told(step(status="running", worker="w"), step(queue="cpu"), queues="io")
    assert [reason.kind for reason in reasons] == [Kind.NO_WORKER, Kind.RUNNING]


def test_an_open_run_in_which_nothing_moves_is_said_to_be_stuck():
    assert only().kind is Kind.STUCK
