"""What becomes of a step that has run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.engine import settlement
from executions.engine.placement import may_continue, queue_of
from executions.engine.retry import rest_seconds
from executions.engine.settlement import Failure
from executions.engine.states import MAX_RESCUES, StepStatus
from tests.unit.executions.graphs import node
from workflows.graph.settings import RetryPolicy

FLAKY = Failure("server_fault", "503", transient=True)
WRONG = Failure("bad_config", "no")
LOST = Failure("worker_lost", "gone")
THRICE = RetryPolicy(attempts=3, backoff="exponential", delay_seconds=2, cap_seconds=10)


def fail(failure, *, tries=0, items=(), **fields):
    return settlement.failed(node("n", **fields), failure, tries=tries, jitter=0.5, items=items)


def test_a_transient_failure_rests_and_is_tried_again_until_the_attempts_are_used_up():
    rests = [fail(FLAKY, tries=tries, retry=THRICE).seconds for tries in range(2)]
    assert rests == [2, 4]
    last = fail(FLAKY, tries=2, retry=THRICE)
    assert (last.status, last.fails_run) == (StepStatus.FAILED, True)


def test_a_permanent_failure_is_never_tried_again():
    assert fail(WRONG, retry=THRICE).status is StepStatus.FAILED


def test_retry_after_is_obeyed_up_to_the_cap():
    asked = Failure("rate_limited", "429", transient=True, retry_after=7)
    greedy = Failure("rate_limited", "429", transient=True, retry_after=7000)
    assert (fail(asked, retry=THRICE).seconds, fail(greedy, retry=THRICE).seconds) == (7, 10)


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True), st.integers(1, 2000))
def test_a_rest_is_never_negative_and_never_beyond_one_and_a_half_caps(tries, jitter, attempts):
    policy = RetryPolicy(attempts=attempts, delay_seconds=5, cap_seconds=60)
    rest = rest_seconds(policy, tries=tries, transient=True, retry_after=None, jitter=jitter)
    assert rest is None if tries >= attempts else rest is not None and 0 <= rest <= 90


def test_an_error_port_gets_the_error_and_each_item():
    result = fail(WRONG, on_error="error_port", items=[{"id": 1}, {"id": 2}])
    assert not result.fails_run
    assert [row["item"] for row in result.ports["error"]] == [{"id": 1}, {"id": 2}]
    assert result.ports["error"][0]["error"] == {"code": "bad_config", "message": "no", "node": "n"}


def test_continue_hands_the_input_on_with_the_error_beside_it():
    result = fail(WRONG, on_error="continue", items=[{"id": 1}])
    assert result.ports == {"out": [{"id": 1, "error": {"code": "bad_config", "message": "no", "node": "n"}}]}


def test_a_lost_step_is_rescued_until_it_has_proved_to_be_poison():
    results = [settlement.rescued(node("n"), LOST, rescues=count) for count in range(MAX_RESCUES + 1)]
    assert [result.status for result in results] == [StepStatus.READY] * MAX_RESCUES + [StepStatus.FAILED]
    assert results[-1].failure is LOST


def test_a_step_that_may_run_only_once_fails_when_its_worker_is_lost():
    assert settlement.rescued(node("n", on_worker_lost="fail"), LOST, rescues=0).status is StepStatus.FAILED


def test_a_paused_run_holds_what_would_start_and_a_failing_one_cancels_it():
    again = fail(FLAKY, retry=THRICE)
    assert settlement.under(again, "paused").status is StepStatus.HELD
    assert settlement.under(again, "failing").status is StepStatus.CANCELLED
    done = settlement.success({"out": []})
    assert settlement.under(done, "failing") is done


def test_a_step_that_sleeps_goes_on_sleeping_in_a_paused_run():
    asleep = settlement.waiting(seconds=5, on_event="out", on_timeout="out")
    assert settlement.under(asleep, "paused").status is StepStatus.WAITING


@pytest.mark.parametrize(
    ("weight", "isolate", "queue", "expected"),
    [
        ("inline", False, "io", True),
        ("inline", False, "cpu", True),
        ("io", False, "io", True),
        ("io", False, "cpu", False),
        ("cpu", False, "io", False),
        ("inline", True, "cpu", False),
    ],
)
def test_a_worker_goes_on_with_what_is_light_or_of_its_own_queue(weight, isolate, queue, expected):
    assert may_continue(node("n", weight=weight, isolate=isolate), queue) is expected


def test_what_is_isolated_waits_on_the_queue_of_processes():
    assert queue_of(node("n", weight="io", isolate=True)) == "cpu"
