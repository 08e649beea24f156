"""Steps that do not work: tries, rests, handling, and the end of a run that cannot go on."""

from __future__ import annotations

from django.db import connection

from accounts import clock
from executions import sweeps
from executions.models import Attempt
from tests.integration.executions.driving import definition, drain, items, journal, start, status, statuses, step

TWICE = {"retry": {"attempts": 3, "backoff": "fixed", "delaySeconds": 60}}


def failing(**config):
    return {"config": {"message": "broken", **config}}


def test_a_step_that_fails_for_good_ends_its_run_and_cancels_what_had_not_begun(anna):
    what = definition([("a", "fail", failing()), ("b", "noop")], [("a", "b")])
    run = start(anna, what)
    drain()
    assert status(run) == "failed"
    assert statuses(run) == {"a": "failed", "b": "cancelled"}
    assert (run.error["code"], run.error["details"]["nodeId"]) == (step(run, "a").error["code"], "a")
    assert journal(run) == [
        "execution.started",
        "step.failed",
        "execution.failing",
        "step.cancelled",
        "execution.failed",
    ]
    assert run.open_steps == 0


def test_what_runs_beside_a_failure_may_end_and_nothing_starts_any_more(anna):
    what = definition(
        [("root", "noop"), ("bad", "fail", failing()), ("good", "noop"), ("after", "noop")],
        [("root", "bad"), ("root", "good"), ("good", "after")],
    )
    run = start(anna, what)
    drain()
    assert status(run) == "failed"
    assert statuses(run)["after"] == "cancelled"


def test_a_transient_failure_rests_as_a_row_and_is_tried_again(anna):
    """S0-11: a retry policy of the node is a bounded loop, too."""
    what = definition(
        [("a", "fail", failing(transient=True, times=2) | {"settings": TWICE}), ("b", "noop")], [("a", "b")]
    )
    run = start(anna, what, input_data={"x": 1})
    for tries in (1, 2):
        drain()
        waiting = step(run, "a")
        assert (waiting.status, waiting.tries, waiting.wait_reason) == ("delayed", tries, "retry")
        assert sweeps.wake_due() == 0
        clock.shift(connection, tries * 100)
        assert sweeps.wake_due() == 1
    drain()
    clock.shift(connection, 0)
    assert status(run) == "succeeded"
    assert list(Attempt.objects.filter(step__node_id="a").values_list("number", "outcome")) == [
        (1, "retried"),
        (2, "retried"),
        (3, "succeeded"),
    ]


def test_a_step_that_uses_up_its_tries_fails(anna):
    """S0-11: it is bounded."""
    what = definition(
        [("a", "fail", failing(transient=True) | {"settings": {"retry": {"attempts": 2, "delaySeconds": 0}}})]
    )
    run = start(anna, what)
    drain()
    sweeps.wake_due()
    drain()
    assert status(run) == "failed"
    assert step(run, "a").tries == 2


def test_a_handled_failure_leaves_by_the_error_port_and_the_run_succeeds(anna):
    what = definition(
        [("a", "fail", failing() | {"settings": {"onError": "error_port"}}), ("ok", "noop"), ("rescue", "noop")],
        [("a", "ok"), ("a", "rescue", "error")],
    )
    run = start(anna, what, input_data={"id": 7})
    drain()
    assert status(run) == "succeeded"
    assert statuses(run) == {"a": "failed", "ok": "skipped", "rescue": "succeeded"}
    assert step(run, "a").handled
    assert items(run, "rescue")[0]["item"] == {"id": 7}


def test_continue_hands_the_items_on_with_the_error_beside_them(anna):
    what = definition([("a", "fail", failing() | {"settings": {"onError": "continue"}}), ("b", "noop")], [("a", "b")])
    run = start(anna, what, input_data={"id": 7})
    drain()
    assert status(run) == "succeeded"
    assert items(run, "b")[0]["id"] == 7
    assert items(run, "b")[0]["error"]["node"] == "a"


def test_an_output_over_the_limit_fails_its_step_with_a_clear_error(anna, settings):
    settings.PAYLOAD_MAX_BYTES = 100
    run = start(anna, definition([("a", "noop")]), input_data={"text": "x" * 200})
    drain()
    assert step(run, "a").error["code"] == "payload_too_large"
    assert status(run) == "failed"
