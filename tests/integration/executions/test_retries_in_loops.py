"""Retries in a run that stands still before or in the middle of a loop."""

from __future__ import annotations

from executions import invariants, services
from tests.integration.executions.driving import definition, drain, items, start, status, step


def test_a_join_goes_on_waiting_for_a_loop_that_has_not_begun(anna):
    """Nothing of its body is there yet; that does not mean that nothing will come from there."""
    fails = {"config": {"message": "broken"}, "settings": {"onError": "continue"}}
    what = definition(
        [("start", "noop"), ("x", "fail", fails), ("each", "loop"), ("a", "noop"), ("end", "noop")],
        [("start", "x"), ("start", "each"), ("each", "a", "loop"), ("a", "each"), ("x", "end"), ("a", "end")],
    )
    run = start(anna, what, input_data={"n": 1})
    drain(until=2)
    services.pause(execution_id=run.id)
    assert (step(run, "x").status, step(run, "each").status) == ("failed", "held")
    services.retry_step(execution_id=run.id, step_id=step(run, "x").id)
    services.resume(execution_id=run.id)
    drain()
    assert status(run) == "succeeded"
    assert [sorted(item) for item in items(run, "end")] == [["error", "n"], ["n"]]
    assert invariants.repair() == 0
