"""Connections that die at the wrong moment: what is committed is known to the server alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError

from executions import claims, runner, services, sweeps
from executions.models import Execution, StepData
from tests.integration.executions.driving import (
    chain,
    definition,
    drain,
    journal,
    leases,
    start,
    status,
    statuses,
    workflow,
)
from tests.races.moves import LEASE_OVER, claim, finish, finishing, outcomes
from tests.races.stage import cut, die
from tests.races.wire import Wire, reconnect, wire
from workflows import services as workflows


@pytest.fixture
def lossy(anna) -> Iterator[Wire]:
    """A wire between a worker and the database."""
    with wire() as made:
        yield made


def test_a_result_whose_commit_is_not_answered_is_not_written_twice(stage, anna, lossy):
    """R1: the worker looks what is there, finds its result, and does not run the node again."""
    run = start(anna, chain(2))

    def work() -> object:
        reconnect(lossy)
        return finish(claim())

    working = stage.acts(work, step__after_effect=lossy.lose_the_next_answer)
    assert working.result() is None
    assert working.visits["step.after_effect"] == 1
    assert statuses(run) == {"n0": "succeeded", "n1": "ready"}
    assert outcomes(run) == ["succeeded"]
    assert journal(run) == ["execution.started", "step.succeeded"]
    assert StepData.objects.filter(step__execution=run).count() == 1


def test_a_successor_that_was_claimed_with_a_lost_answer_is_given_back(stage, anna, lossy):
    """R1: the worker does not know that it holds it; its heartbeat finds out."""
    run = start(anna, chain(2))
    held = leases()

    def work() -> object:
        reconnect(lossy)
        return finish(claim(worker=held.worker), alone=False, held=held)

    assert stage.acts(work, step__after_effect=lossy.lose_the_next_answer).result() is None
    assert statuses(run) == {"n0": "succeeded", "n1": "running"}
    stage.later(15)
    assert sweeps.hand_back_forgotten(held.worker, held.disown) == 1
    drain()
    assert (status(run), outcomes(run, "n1")) == ("succeeded", ["handed_back", "succeeded"])


def test_a_claim_that_is_not_answered_is_given_back(stage, anna, lossy):
    """R9: the step is leased by a worker that does not know it."""
    run = start(anna, chain(1))

    def work() -> object:
        reconnect(lossy)
        lossy.lose_the_next_answer()
        return claims.claim(queue="cpu", worker="unlucky")

    with pytest.raises(OperationalError):
        stage.acts(work).result()
    assert statuses(run) == {"n0": "running"}
    stage.later(15)
    assert sweeps.hand_back_forgotten("unlucky", leases().disown) == 1
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["handed_back", "succeeded"])


def test_a_start_that_is_not_answered_is_found_by_its_key(stage, anna, lossy):
    """R8: the run is there, and who asks again gets it."""
    target = workflows.startable(workflow(anna, chain(1)).id, anna)

    def begin() -> Execution:
        return services.start(target=target, user=anna, idempotency_key="k")[0]

    def begin_through_it() -> Execution:
        reconnect(lossy)
        return begin()

    with pytest.raises(OperationalError):
        stage.acts(begin_through_it, start__before_commit=lossy.lose_the_next_answer).result()
    run = begin()
    assert Execution.objects.get().id == run.id
    drain()
    assert status(run) == "succeeded"


def read_join() -> dict:
    """A join whose counters are read under the run's lock, in a transaction of several statements."""
    end = ("end", "noop", {"settings": {"join": "all_live"}})
    return definition([("a", "noop"), ("b", "noop"), end], [("a", "end"), ("b", "end")])


def test_a_join_whose_commit_is_not_answered_is_not_counted_twice(stage, anna, lossy):
    """R1, R3: the counter of the join was moved by the transaction whose end is unknown."""
    run = start(anna, read_join())

    def work() -> object:
        reconnect(lossy)
        return finish(claim())

    assert stage.acts(work, finish__before_commit=lossy.lose_the_next_answer).result() is None
    assert statuses(run) == {"a": "succeeded", "b": "ready", "end": "pending"}
    drain()
    assert (status(run), outcomes(run, "end")) == ("succeeded", ["succeeded"])


def test_a_result_whose_connection_dies_before_it_is_sent_is_written_by_a_second_one(stage, anna):
    """R1: nothing was written, so the same result is written again; the node has run once."""
    run = start(anna, chain(1))
    working = stage.acts(finishing(claim()), step__after_effect=cut)
    assert working.result().ended
    assert working.visits["step.after_effect"] == 1
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"])


def test_a_result_whose_connection_dies_before_its_commit_is_written_by_a_second_one(stage, anna):
    """R1, R3: the first transaction is rolled back with its counters, and the second one counts anew."""
    run = start(anna, read_join())
    finish(claim())
    recorded = stage.acts(finishing(claim(), alone=False), finish__before_commit=cut).result()
    finish(recorded.claimed)
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 3)


def test_a_worker_that_dies_after_its_result_leaves_the_successor_to_a_rescue(stage, anna, settings):
    """R1: the successor was leased in the statement that wrote the result."""
    settings.BURST_STEPS = 0
    run = start(anna, chain(2))
    stage.acts(lambda: runner.drain("cpu", leases(), seconds=60), finish__after_commit=die).killed()
    assert statuses(run) == {"n0": "succeeded", "n1": "running"}
    stage.later(LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded", "lost", "succeeded"])


def test_a_pause_whose_connection_dies_before_its_commit_has_not_been(stage, anna):
    """R2: nothing was acknowledged, and nothing is held."""
    run = start(anna, chain(1))
    with pytest.raises(OperationalError):
        stage.acts(lambda: services.pause(execution_id=run.id), pause__locked=cut).result()
    assert (status(run), statuses(run)) == ("running", {"n0": "ready"})
    drain()
    assert status(run) == "succeeded"
