"""What a step costs: one writing transaction, no message, and the same in a large graph as in a small one."""

from __future__ import annotations

from typing import Any

import redis
from django.db import connection

from accounts.clock import Clock
from executions import runner, services, sweeps
from executions.models import Step
from tests.integration.executions.driving import chain, definition, leases, start, status


def next_transaction() -> int:
    """The next transaction number: only writing transactions take one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


def transactions_of(anna, graph, steps: int) -> int:
    run = start(anna, graph)
    before = next_transaction()
    assert runner.drain("cpu", leases(), seconds=60, steps=steps + 1) == steps
    assert status(run) == "succeeded"
    return next_transaction() - before


def test_a_chain_of_forty_steps_that_are_not_quick_costs_one_writing_transaction_a_step_and_no_message(
    anna: Any, settings: Any, bells: redis.Redis
) -> None:
    settings.BURST_STEPS = 0
    # The server's own housekeeping also takes numbers now and then, so the least of a few runs is what the chain costs.
    costs = [transactions_of(anna, chain(40), 40) for _run in range(3)]
    first_claim = 1
    assert min(costs) == 40 + first_claim
    assert (bells.llen("io"), bells.llen("cpu")) == (0, 3), "each start rings once, and nothing rings after it"


def test_quick_steps_cost_one_writing_transaction_together(anna):
    first_claim = 1
    assert min(transactions_of(anna, chain(40), 40) for _run in range(3)) == 1 + first_claim
    assert min(transactions_of(anna, fan(20), 22) for _run in range(3)) == 2 + first_claim, "the join waits for many"


def fan(width: int) -> dict[str, Any]:
    branches = [f"branch{number}" for number in range(width)]
    edges = [("first", branch) for branch in branches] + [(branch, "last") for branch in branches]
    return definition([(name, "noop") for name in ("first", *branches, "last")], edges)


def test_a_fan_costs_one_writing_transaction_a_step_although_its_branches_are_joined(anna, settings):
    """Each branch adds to the join without reading it, and claims the next branch in the statement that records it."""
    settings.BURST_STEPS = 0
    costs = [transactions_of(anna, fan(20), 22) for _run in range(3)]
    first_claim = 1
    assert min(costs) == 22 + first_claim


def begin_worker_session() -> None:
    """A new connection with the setting that workers have, so that no plan of an earlier test is left."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")


def rows_read() -> int:
    """How many rows of the table of steps this server has read so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables "
            "WHERE relname = 'executions_step'"
        )
        return cursor.fetchone()[0]


def test_the_rows_read_for_a_step_do_not_grow_with_the_graph(anna):
    read = {}
    for size in (100, 10_000):
        run = start(anna, chain(size))
        begin_worker_session()
        held = leases()
        runner.drain("cpu", held, seconds=60, steps=10)  # the plans are made here
        before = rows_read()
        runner.drain("cpu", held, seconds=60, steps=40)
        read[size] = rows_read() - before
        services.stop(execution_id=run.id)
    assert read[10_000] <= 1.5 * read[100]


def test_a_look_at_what_is_due_takes_one_batch_however_many_are_due(anna, monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 5)
    names = [(f"n{index}", "noop") for index in range(40)]
    run = start(anna, definition(names))
    for resting in ("delayed", "waiting"):
        Step.objects.filter(execution=run).update(status=resting, available_at=Clock(), wake={"onTimeout": "out"})
        begin_worker_session()
        assert sweeps.wake_due() == 5
        assert Step.objects.filter(execution=run, status=resting).count() == 35
