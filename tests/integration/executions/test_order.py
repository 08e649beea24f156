"""Which step is next: by priority between runs, by place inside a run, and little by little towards one host."""

from __future__ import annotations

from executions import runner, services, sweeps
from executions.models import Attempt, Execution, Step
from tests.integration.executions.driving import chain, definition, drain, leases, start, status, workflow
from workflows import services as workflows

WIDE = [f"b{index}" for index in range(12)]


def order(*runs: Execution) -> list[str]:
    """The nodes in the order in which they were begun."""
    rows = Attempt.objects.filter(step__execution__in=runs).order_by("started_at")
    return list(rows.values_list("step__node_id", flat=True))


def one_by_one() -> None:
    """One worker that asks for the best step again and again."""
    held = leases()
    while runner.drain("cpu", held, steps=1):
        pass


def test_a_low_priority_is_not_starved_by_high_ones_that_keep_coming(anna, later):
    """S3-6: a fairness share; the lowest waits five minutes at most behind the newest highest."""
    flow = workflow(anna, chain(1))
    target = workflows.startable(flow.id, anna)
    low = services.start(target=target, user=anna, priority=0)[0]
    for waited in (0, 120, 240):
        later(waited)
        services.start(target=target, user=anna, priority=10)
        runner.drain("cpu", leases(), steps=1)
        assert status(low) == "running"
    later(310)
    services.start(target=target, user=anna, priority=10)
    runner.drain("cpu", leases(), steps=1)
    assert status(low) == "succeeded"


def test_a_resumed_run_goes_on_in_the_order_of_its_definition(anna):
    run = start(anna, definition([(name, "noop") for name in WIDE]))
    services.pause(execution_id=run.id)
    Step.objects.filter(execution=run, node_id="b0").update(label="moved to the end of the table")
    services.resume(execution_id=run.id)
    one_by_one()
    assert order(run) == WIDE


def test_steps_whose_rest_is_over_go_on_in_the_order_of_their_definition(anna, later):
    once = {"config": {"times": 1, "transient": True, "message": "again"}, "settings": {"retry": {"attempts": 2}}}
    run = start(anna, definition([(name, "fail", once) for name in WIDE]))
    one_by_one()
    assert set(Step.objects.filter(execution=run).values_list("status", flat=True)) == {"delayed"}
    later(3600)
    assert sweeps.wake_due() == len(WIDE)
    one_by_one()
    assert order(run)[len(WIDE) :] == WIDE


def test_steps_whose_wait_is_over_go_on_in_the_order_of_their_definition(anna, later):
    run = start(anna, definition([(name, "delay", {"config": {"seconds": 60}}) for name in WIDE]))
    one_by_one()
    later(61)
    assert sweeps.wake_due() == len(WIDE)
    later(0)
    one_by_one()
    assert status(run) == "succeeded"
    assert order(run)[len(WIDE) :] == WIDE


def test_a_retried_run_goes_on_in_the_order_of_its_definition(anna):
    run = start(anna, definition([(name, "noop") for name in WIDE]))
    services.stop(execution_id=run.id)
    services.retry(execution_id=run.id, user=anna)
    one_by_one()
    assert order(run) == WIDE


def test_steps_that_waited_for_one_host_come_back_to_it_little_by_little(anna, later):
    """Part 2, row 9: what waited for a breaker is released in batches, and does not keep others from going on."""
    names = [f"h{index}" for index in range(50)]
    run = start(anna, definition([(name, "noop") for name in [*names, "other", "rested"]]))
    waits = Step.objects.filter(execution=run, node_id__in=names)
    Step.objects.filter(execution=run).update(status="delayed", available_at="2020-01-01T00:00:00Z")
    waits.update(wait_reason="circuit_open", wait_subject="down.example.org")
    Step.objects.filter(execution=run, node_id="other").update(
        wait_reason="circuit_open", wait_subject="other.example.org"
    )
    assert sweeps.wake_due() == sweeps.HOST_BATCH + 2
    assert waits.filter(status="ready").count() == sweeps.HOST_BATCH
    assert Step.objects.filter(execution=run, node_id__in=["other", "rested"], status="ready").count() == 2
    assert sweeps.wake_due() == sweeps.HOST_BATCH
    assert sweeps.wake_due() == 10
    drain()
    assert status(run) == "succeeded"
