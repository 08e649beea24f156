"""What a step costs: one writing transaction, no message, and the same in a large graph as in a small one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.db import connection

from accounts.clock import Clock
from executions import runner, services, sweeps
from executions.models import Step
from tests.integration.executions.driving import chain, definition, leases, start, status

Costs = Callable[[dict[str, Any], int], int]
NOTING = """
CREATE TABLE writers (number xid8 PRIMARY KEY);
CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO writers VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
NOTE = "FOR EACH ROW EXECUTE FUNCTION note_writer()"


@pytest.fixture(autouse=True)
def _unhurried(settings: Any) -> None:
    """A burst ends by its steps and not by the clock, which a busy machine would reach sooner."""
    settings.BURST_SECONDS = 60.0


@pytest.fixture
def costs(anna: Any) -> Iterator[Costs]:
    """Says how many transactions write while a graph is run: a trigger notes each, so that nobody else's count."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(NOTING)
        for table in tables:
            cursor.execute(f'CREATE TRIGGER note_writer AFTER INSERT OR UPDATE OR DELETE ON "{table}" {NOTE}')

    def costs(graph: dict[str, Any], steps: int) -> int:
        run = start(anna, graph)
        before = writers()
        assert runner.drain("cpu", leases(), seconds=60, steps=steps + 1) == steps
        assert status(run) == "succeeded"
        return writers() - before

    yield costs
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION note_writer CASCADE; DROP TABLE writers")


def writers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM writers")
        return int(cursor.fetchone()[0])


def test_a_chain_of_forty_steps_that_are_not_quick_costs_one_writing_transaction_a_step_and_no_message(
    costs: Costs, settings: Any, bells: redis.Redis
) -> None:
    settings.BURST_STEPS = 0
    first_claim = 1
    assert costs(chain(40), 40) == 40 + first_claim
    assert (bells.llen("io"), bells.llen("cpu")) == (0, 1), "the start rings once, and nothing rings after it"


def test_quick_steps_cost_one_writing_transaction_together(costs):
    first_claim = 1
    assert costs(chain(40), 40) == 1 + first_claim
    assert costs(fan(20), 22) == 2 + first_claim, "the join waits for many"


def fan(width: int) -> dict[str, Any]:
    branches = [f"branch{number}" for number in range(width)]
    edges = [("first", branch) for branch in branches] + [(branch, "last") for branch in branches]
    return definition([(name, "noop") for name in ("first", *branches, "last")], edges)


def test_a_burst_ends_with_its_time(costs, settings):
    """Others wait for the result, a pause or a stop for the record."""
    settings.BURST_SECONDS = 0.0
    assert costs(chain(5), 5) == 5 + 1


def test_a_fan_costs_one_writing_transaction_a_step_although_its_branches_are_joined(costs, settings):
    """Each branch adds to the join without reading it, and claims the next branch in the statement that records it."""
    settings.BURST_STEPS = 0
    first_claim = 1
    assert costs(fan(20), 22) == 22 + first_claim


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
