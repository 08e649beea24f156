"""Workers that are slow, dead or thought dead, among tickers and other workers."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError

from accounts.clock import Now
from executions import claims, lease, runner, services, sweeps
from executions.models import SideEffect, Step
from executions.services.settling import note_lost
from integrations.scope import Sent
from tests.integration.executions.driving import chain, definition, drain, leases, start, status, statuses, step
from tests.races.moves import LEASE_OVER, claim, finish, finishing, outcomes
from tests.races.stage import cut, terminate


def test_a_lease_that_is_renewed_while_the_ticker_looks_is_not_taken_away(stage, anna):
    """R4: the ticker asks again, under the lock, whether the lease is over."""
    run = start(anna, chain(1))
    claimed = claim()
    stage.later(LEASE_OVER)
    rescuing = stage.acts(sweeps.rescue_expired, stops="sweep.read_to_cas").at("sweep.read_to_cas")
    assert lease._renew({claimed.step_id: claimed.fence}) == {claimed.step_id}
    assert rescuing.result() == 0
    assert (statuses(run)["n0"], step(run, "n0").rescues) == ("running", 0)
    finish(claimed)
    assert outcomes(run) == ["succeeded"]


def test_a_heartbeat_does_not_wait_for_a_result_that_is_being_written(stage, anna):
    """R4: the row is locked because it is recorded right now, which is no loss."""
    start(anna, chain(1))
    claimed = claim()
    recording = stage.unfinished(finishing(claimed))
    assert lease._renew({claimed.step_id: claimed.fence}) == {claimed.step_id}
    recording.result()
    assert lease._renew({claimed.step_id: claimed.fence}) == set()


def test_a_heartbeat_cannot_renew_what_somebody_else_has_claimed_since(stage, anna):
    """R4, R1: the fence has grown, so the beat of the old worker finds nothing of its own."""
    run = start(anna, chain(1))
    old = claim(worker="old")
    stage.later(LEASE_OVER)
    sweeps.rescue_expired()
    new = claim(worker="new")
    before = step(run, "n0").lease_expires_at
    assert lease._renew({old.step_id: old.fence}) == set()
    assert step(run, "n0").lease_expires_at == before
    assert lease._renew({new.step_id: new.fence}) == {new.step_id}


def test_a_result_in_time_is_not_taken_away_by_a_ticker_that_has_looked_before(stage, anna):
    """R1: the step is no longer running when the ticker comes back."""
    run = start(anna, chain(1))
    claimed = claim()
    stage.later(LEASE_OVER)
    rescuing = stage.acts(sweeps.rescue_expired, stops="sweep.read_to_cas").at("sweep.read_to_cas")
    assert finish(claimed) is not None
    assert rescuing.result() == 0
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"])


def test_a_result_that_waits_for_a_rescue_is_thrown_away(stage, anna):
    """R1: a zombie cannot commit."""
    run = start(anna, chain(1))
    claimed = claim()
    stage.later(LEASE_OVER)
    rescuing = stage.unfinished(sweeps.rescue_expired)
    working = stage.acts(finishing(claimed)).blocked()
    assert rescuing.result() == 1
    assert working.result() is None
    assert (statuses(run)["n0"], step(run, "n0").rescues) == ("ready", 1)
    drain()
    assert outcomes(run) == ["lost", "succeeded"]


def test_a_worker_that_comes_too_late_cannot_write_for_the_one_that_took_over(stage, anna):
    """R1: both hold the step as running, and the fence tells them apart."""
    run = start(anna, chain(2))
    old = claim(worker="old")
    stage.later(LEASE_OVER)
    sweeps.rescue_expired()
    new = claim(worker="new")
    assert new.fence == old.fence + 1
    assert finish(old) is None
    assert statuses(run) == {"n0": "running", "n1": "pending"}
    finish(new)
    assert outcomes(run, "n0") == ["lost", "succeeded"]


def test_two_tickers_rescue_a_step_once(stage, anna):
    """R9: the second one finds it ready."""
    run = start(anna, chain(1))
    claim()
    stage.later(LEASE_OVER)
    tickers = [stage.acts(sweeps.rescue_expired, stops="sweep.read_to_cas").at("sweep.read_to_cas") for _ticker in "ab"]
    assert sorted(ticker.result() for ticker in tickers) == [0, 1]
    assert (step(run, "n0").rescues, outcomes(run)) == (1, ["lost"])


def test_a_ticker_cannot_rescue_the_worker_that_has_just_taken_over(stage, anna):
    """R9: it looked when the step was leased under an older fence."""
    run = start(anna, chain(1))
    claim(worker="old")
    stage.later(LEASE_OVER)
    slow = stage.acts(sweeps.rescue_expired, stops="sweep.read_to_cas").at("sweep.read_to_cas")
    assert sweeps.rescue_expired() == 1
    new = claim(worker="new")
    stage.later(2 * LEASE_OVER)
    assert slow.result() == 0
    finish(new)
    assert outcomes(run) == ["lost", "succeeded"]


def test_a_step_that_its_worker_hands_back_is_not_rescued_besides(stage, anna):
    """R4: nobody is to blame, so no rescue is counted."""
    run = start(anna, chain(1))
    claimed = claim()
    stage.later(LEASE_OVER)
    rescuing = stage.acts(sweeps.rescue_expired, stops="sweep.read_to_cas").at("sweep.read_to_cas")
    assert sweeps._take_away(claimed, sweeps._handed_back, only_expired=False)
    assert rescuing.result() == 0
    assert (statuses(run)["n0"], step(run, "n0").rescues, outcomes(run)) == ("ready", 0, ["handed_back"])


def test_a_claim_whose_answer_arrives_while_it_is_given_back_comes_too_late(stage, anna):
    """R1: the heartbeat found a step that its process does not know, and from then on nothing of it runs there."""
    run = start(anna, chain(1))
    held = leases()
    working = stage.acts(lambda: runner.drain("cpu", held, seconds=60), stops="claim.after_commit")
    working.at("claim.after_commit")
    stage.later(15)
    giving_back = stage.acts(lambda: sweeps.hand_back_forgotten(held.worker, held.disown), stops="sweep.read_to_cas")
    giving_back.at("sweep.read_to_cas")
    working.result()
    assert working.visits["step.before_effect"] == 0
    assert giving_back.result() == 1
    finish(claim(worker="new"))
    assert (status(run), outcomes(run)) == ("succeeded", ["handed_back", "succeeded"])


def test_a_claim_whose_answer_arrives_after_it_was_given_back_does_nothing(stage, anna):
    """R1: its worker was frozen in between. What must not happen twice happens once, with whoever claims it next."""
    run = start(anna, chain(1))
    held = leases()
    working = stage.acts(lambda: runner.drain("cpu", held, seconds=60, steps=1), stops="claim.after_commit")
    working.at("claim.after_commit")
    stage.later(15)
    assert sweeps.hand_back_forgotten(held.worker, held.disown) == 1
    new = claim(worker="new")
    working.result()
    assert working.visits["step.before_effect"] == 0
    assert statuses(run)["n0"] == "running"
    finish(new)
    assert (outcomes(run), step(run, "n0").rescues) == (["handed_back", "succeeded"], 0)


def test_a_claim_whose_answer_arrived_before_the_heartbeat_looked_is_not_given_back(stage, anna):
    """R1: the process holds the step, however late it began."""
    run = start(anna, chain(1))
    held = leases()
    working = stage.acts(lambda: runner.drain("cpu", held, seconds=60, steps=1), stops="step.before_effect")
    working.at("step.before_effect")
    stage.later(15)
    assert sweeps.hand_back_forgotten(held.worker, held.disown) == 0
    working.result()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"])


def test_a_step_over_its_time_that_ends_while_the_ticker_looks_is_not_failed(stage, anna):
    """R4: the result was there first."""
    run = start(anna, definition([("a", "noop", {"settings": {"timeoutSeconds": 5}})]))
    claimed = claim()
    stage.later(60)
    cutting = stage.acts(sweeps.cut_overtime, stops="sweep.read_to_cas").at("sweep.read_to_cas")
    finish(claimed)
    assert cutting.result() == 0
    assert (status(run), step(run, "a").error) == ("succeeded", None)


def test_two_workers_at_once_do_not_claim_the_same_step(stage, anna):
    """R9: the second one passes over the row of the first."""
    run = start(anna, chain(2))
    first = stage.unfinished(claim)
    assert claims.claim(queue="cpu", worker="second") is None
    claimed = first.result()
    assert (claimed.fence, claimed.attempt) == (1, 1)
    finish(claimed)
    assert statuses(run)["n1"] == "ready"


def test_a_claim_that_dies_before_its_commit_is_as_if_it_had_not_been(stage, anna):
    """R9: the row is free again as soon as the connection is gone."""
    run = start(anna, chain(1))
    dying = stage.unfinished(claim)
    terminate(dying)
    with pytest.raises(OperationalError):
        dying.result()
    claimed = claim(worker="next")
    assert (claimed.fence, claimed.attempt) == (1, 1)
    finish(claimed)
    assert outcomes(run) == ["succeeded"]


def test_calls_of_a_lost_step_are_noted_while_somebody_steers_the_run(stage, anna):
    """R11: a row that points at the run does not wait for the run's lock."""
    run = start(anna, chain(1))
    claimed = claim()
    pausing = stage.acts(lambda: services.pause(execution_id=run.id), stops="pause.locked").at("pause.locked")
    sent = Sent(method="POST", target="example.org/", key="k", outcome="200", at=time.monotonic())
    note_lost(claimed, [sent])
    assert SideEffect.objects.filter(execution=run).count() == 1
    pausing.result()


def test_a_heartbeat_whose_connection_dies_renews_at_the_next_beat(stage, anna):
    """R4: the lease is long enough for many beats, so one that fails is no loss."""
    start(anna, chain(1))
    held = leases()
    claimed = claim(worker=held.worker)
    taken = held.take(claimed, 60)
    stage.later(10)
    Step.objects.update(lease_expires_at=Now())
    beats: list[bool] = []

    def beat_twice() -> None:
        cut()
        beats.append(held._beat())
        beats.append(held._beat())

    stage.acts(beat_twice).result()
    assert beats == [False, True]
    assert taken.cut is None
    assert not Step.objects.filter(lease_expires_at__lt=Now()).exists()
    finish(claimed, held=held)
