"""How many runs of a workflow may be going on at once, and what becomes of the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions import services
from executions.errors import ConcurrencyLimit
from executions.models import Execution, Slot
from executions.services import admission, aftercare
from tests.integration.executions.driving import (
    NodeSpec,
    break_version,
    definition,
    drain,
    journal,
    status,
    statuses,
    step,
    workflow,
)
from workflows import services as workflows


def limited(user: Any, *nodes: Any, **concurrency: Any) -> Any:
    return workflow(user, definition(nodes or [("a", "noop")], concurrency={"limit": 1, **concurrency}))


def begin(flow: Any, user: Any, **options: Any) -> Execution:
    return services.start(target=workflows.startable(flow.id, user), user=user, **options)[0]


def settle() -> None:
    """Everything that worker and ticker would do."""
    while drain() or aftercare.look_after_ended() or admission.admit_waiting():
        pass


def test_a_start_beyond_the_limit_waits_and_is_let_in_when_a_run_has_ended(anna: Any) -> None:
    flow = limited(anna)
    first, second = begin(flow, anna), begin(flow, anna)
    assert (status(first), status(second)) == ("running", "queued")
    assert statuses(second) == {"a": "held"}
    assert second.started_at is None

    drain(until=1)

    assert (status(first), status(second)) == ("succeeded", "running")
    assert second.started_at is not None
    drain()
    assert status(second) == "succeeded"
    assert journal(second)[:2] == ["execution.queued", "execution.started"]
    assert not Slot.objects.exists()


def test_runs_with_different_keys_do_not_hinder_each_other(anna: Any) -> None:
    flow = limited(anna, key="{{ $json.customer }}")
    a, b, again = (begin(flow, anna, input_data={"customer": name}) for name in ("a", "b", "a"))
    assert [status(run) for run in (a, b, again)] == ["running", "running", "queued"]


def test_a_key_of_any_length_is_one_key(anna: Any) -> None:
    flow = limited(anna, key="{{ $json.customer }}")
    long = "client " * 100
    runs = [begin(flow, anna, input_data={"customer": customer}) for customer in (long, long, long + "2")]
    assert [status(run) for run in runs] == ["running", "queued", "running"]


def test_a_run_in_line_that_can_no_longer_be_run_fails_and_lets_the_next_one_in(anna: Any) -> None:
    flow = limited(anna)
    first, broken, third = begin(flow, anna), begin(flow, anna), begin(flow, anna)
    break_version(broken)
    settle()
    assert [status(run) for run in (first, broken, third)] == ["succeeded", "failed", "succeeded"]
    assert broken.error["code"] == "version_broken"


def test_a_higher_priority_is_let_in_first(anna: Any) -> None:
    """S3-6: priority orders also what waits for a slot."""
    flow = limited(anna)
    begin(flow, anna)
    low, high = begin(flow, anna, priority=1), begin(flow, anna, priority=9)

    drain(until=1)

    assert (status(low), status(high)) == ("queued", "running")


def test_a_start_beyond_the_limit_may_be_recorded_as_stopped(anna: Any) -> None:
    flow = limited(anna, whenFull="drop")
    begin(flow, anna)
    dropped = begin(flow, anna)
    assert status(dropped) == "stopped"
    assert dropped.error["code"] == "concurrency_dropped"
    assert dropped.finished_at is not None
    settle()
    assert status(dropped) == "stopped"


def test_a_start_beyond_the_limit_may_be_refused(anna: Any) -> None:
    flow = limited(anna, whenFull="fail")
    begin(flow, anna)
    with pytest.raises(ConcurrencyLimit) as refused:
        begin(flow, anna)
    assert refused.value.details == {"limit": 1, "key": ""}
    assert Execution.objects.count() == 1


def test_many_starts_at_once_never_exceed_the_limit(anna: Any) -> None:
    """R3-8."""
    flow = limited(anna, limit=3)

    def one(_number: int) -> None:
        try:
            begin(flow, anna)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))

    states = list(Execution.objects.values_list("status", flat=True))
    assert (states.count("running"), states.count("queued")) == (3, 21)
    settle()
    assert set(Execution.objects.values_list("status", flat=True)) == {"succeeded"}


def test_a_paused_run_keeps_its_place_and_a_stopped_one_gives_it_back(anna: Any) -> None:
    flow = limited(anna)
    first, second = begin(flow, anna), begin(flow, anna)
    services.pause(execution_id=first.pk, user=anna)
    settle()
    assert status(second) == "queued"

    services.stop(execution_id=first.pk, user=anna)
    settle()

    assert status(second) == "succeeded"


def test_a_run_that_waits_can_be_stopped(anna: Any) -> None:
    flow = limited(anna)
    first, second = begin(flow, anna), begin(flow, anna)
    services.stop(execution_id=second.pk, user=anna)
    settle()
    assert (status(first), status(second)) == ("succeeded", "stopped")


def test_a_retried_run_waits_for_a_place_too(anna: Any) -> None:
    """R3-8."""
    flow = limited(anna, ("a", "fail", {"config": {"message": "no", "times": 1}}))
    first = begin(flow, anna)
    settle()
    assert status(first) == "failed"
    other = begin(flow, anna)

    services.retry_step(execution_id=first.pk, step_id=step(first, "a").id, user=anna)

    assert (status(first), status(other)) == ("queued", "running")
    settle()
    assert not Slot.objects.exists()
    assert status(first) in ("succeeded", "failed")


def test_where_starts_are_refused_a_retry_is_refused_as_well(anna: Any) -> None:
    flow = limited(anna, ("a", "fail", {"config": {"message": "no"}}), whenFull="drop")
    first = begin(flow, anna)
    settle()
    begin(flow, anna)
    with pytest.raises(ConcurrencyLimit):
        services.retry_step(execution_id=first.pk, step_id=step(first, "a").id, user=anna)
    assert status(first) == "failed"


def test_a_run_that_calls_its_own_workflow_does_not_wait_for_itself(anna: Any) -> None:
    nodes: list[NodeSpec] = [
        ("again", "if", {"config": {"conditions": [{"field": "deeper", "op": "eq", "value": True}]}}),
        ("call", "sub-workflow", {"config": {"workflow": "SELF", "inputData": {"deeper": False}}}),
    ]
    what = definition(nodes, [("again", "call", "true")], concurrency={"limit": 1})
    flow = workflow(anna, what)
    flow.code = "SELF"
    flow.save(update_fields=["code"])

    run = begin(flow, anna, input_data={"deeper": True})
    settle()

    assert status(run) == "succeeded"
    assert Execution.objects.count() == 2


def test_the_deadline_of_a_run_counts_from_when_it_is_let_in(anna: Any) -> None:
    what = definition([("a", "noop")], concurrency={"limit": 1}, deadlineSeconds=60)
    flow = workflow(anna, what)
    begin(flow, anna)
    second = begin(flow, anna)
    assert second.deadline_at is None
    clock.shift(connection, 3600)

    drain(until=1)

    second.refresh_from_db()
    assert second.deadline_at is not None
    assert second.deadline_at > second.created_at + timedelta(seconds=3600)


def test_who_asks_why_is_told_the_place_in_the_line(anna: Any) -> None:
    """Part 2, row 5: a run that waits for a slot says so."""
    flow = limited(anna)
    begin(flow, anna)
    begin(flow, anna)
    third = begin(flow, anna)
    (reason,) = services.why(third)
    assert (reason.kind, reason.position) == ("slot", 2)
