"""Workers that die, freeze or hang, and what the ticker does about it."""

from __future__ import annotations

import threading

from executions import invariants, runner, services, sweeps, ticker
from executions.lease import Cut, Leases
from executions.models import Attempt, Execution, Step, Worker
from tests.integration.executions.driving import (
    chain,
    claim,
    definition,
    drain,
    journal,
    leases,
    start,
    status,
    step,
    wait_until,
)

LEASE_OVER = 40


def test_a_step_whose_worker_died_is_given_to_another(anna, later):
    """R3-2."""
    run = start(anna, chain(2))
    claim()
    assert sweeps.rescue_expired() == 0
    later(LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    assert sweeps.rescue_expired() == 0
    later(0)
    rescued = step(run, "n0")
    assert (rescued.status, rescued.rescues, rescued.tries, rescued.queue) == ("ready", 1, 0, "cpu")
    drain()
    assert status(run) == "succeeded"
    assert list(Attempt.objects.filter(step=rescued).values_list("outcome", flat=True)) == ["lost", "succeeded"]
    assert "step.rescued" in journal(run)


def test_a_lost_step_goes_back_to_its_own_queue_once_and_then_runs_alone(anna, later):
    run = start(anna, definition([("a", "http-request", {"config": {"url": "http://127.0.0.1:9/"}})]))
    claim("io")
    later(LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    assert (step(run, "a").queue, step(run, "a").rescues) == ("io", 1)
    later(0)
    claim("io")
    later(2 * LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    assert (step(run, "a").queue, step(run, "a").rescues) == ("cpu", 2)


def test_a_lost_step_is_rung_for_on_the_queue_where_it_waits(anna, later, bells):
    start(anna, definition([("a", "http-request", {"config": {"url": "http://127.0.0.1:9/"}})]))
    claim("io")
    bells.delete("io", "cpu")
    later(LEASE_OVER)
    sweeps.rescue_expired()
    assert (bells.llen("io"), bells.llen("cpu")) == (1, 0)
    later(0)
    claim("io")
    bells.delete("io", "cpu")
    later(2 * LEASE_OVER)
    sweeps.rescue_expired()
    assert (bells.llen("io"), bells.llen("cpu")) == (0, 1)


def test_an_innocent_neighbour_of_a_poisonous_step_is_lost_twice_at_most(anna, later):
    call = {"config": {"url": "http://127.0.0.1:9/"}}
    poison, innocent = (start(anna, definition([("a", "http-request", call)])) for _run in range(2))
    for death in (1, 2):  # both run in the process that dies
        later(0)
        claim("io"), claim("io")
        later(LEASE_OVER * death)
        assert sweeps.rescue_expired() == 2
    for death in (3, 4):  # now each is alone in its process, and the poison kills its own
        later(0)
        killed = claim("cpu")
        if killed.execution_id != poison.id:
            runner._step(killed, None, leases(), continue_on=None)
            killed = claim("cpu")
        later(LEASE_OVER * death)
        sweeps.rescue_expired()
    later(0)
    assert step(poison, "a").error["code"] == "worker_lost"
    assert (step(innocent, "a").rescues, step(innocent, "a").attempt) == (2, 3)


def test_a_worker_that_wakes_up_too_late_cannot_write_its_result(anna, later):
    run = start(anna, chain(2))
    held = leases()
    claimed = claim()
    later(LEASE_OVER)
    sweeps.rescue_expired()
    later(0)
    recorded, _carried = runner._step(claimed, None, held, continue_on="cpu")
    assert recorded is None
    assert step(run, "n0").status == "ready"
    drain()
    assert status(run) == "succeeded"
    assert Attempt.objects.filter(step__execution=run, outcome="succeeded").count() == 2


def test_a_step_that_kills_its_workers_ends_after_three_rescues_and_others_go_on(anna, later):
    run, other = start(anna, chain(2)), start(anna, chain(2), priority=0)
    for rescue in range(1, 5):
        later(0)
        claim()
        later(LEASE_OVER * rescue)
        assert sweeps.rescue_expired() == 1
    later(0)
    assert status(run) == "failed"
    assert step(run, "n0").error["code"] == "worker_lost"
    drain()
    assert status(other) == "succeeded"


def test_a_rescue_in_a_paused_run_is_held(anna, later):
    run = start(anna, chain(1))
    claim()
    services.pause(execution_id=run.id)
    later(LEASE_OVER)
    sweeps.rescue_expired()
    assert step(run, "n0").status == "held"


def test_a_ready_step_nobody_was_rung_for_is_rung_again(anna, later):
    start(anna, chain(1))
    assert sweeps.ring_again() == 0
    later(11)
    assert sweeps.ring_again() == 1
    assert sweeps.ring_again() == 0


def test_a_step_far_over_its_time_is_failed_although_its_worker_lives(anna, later):
    """R3-2."""
    run = start(anna, definition([("a", "noop", {"settings": {"timeoutSeconds": 5}})]))
    claim()
    later(20)
    assert sweeps.cut_overtime() == 0
    later(36)
    assert sweeps.cut_overtime() == 1
    assert step(run, "a").error["code"] == "timed_out"


def test_the_heartbeat_keeps_a_lease_and_shows_the_worker(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    settings.WORKER_QUEUES = ["cpu"]
    run = start(anna, chain(1))
    held = Leases()
    claimed = claim()
    before = step(run, "n0").lease_expires_at
    assert before is not None
    held.take(claimed, 60)
    try:
        wait_until(lambda: (step(run, "n0").lease_expires_at or before) > before)
        wait_until(lambda: "cpu" in services.live_queues())
    finally:
        held.close()


def test_a_lease_that_was_taken_away_is_cut(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    run = start(anna, chain(1))
    held = Leases()
    lease = held.take(claim(), 60)
    try:
        services.stop(execution_id=run.id)
        wait_until(lambda: lease.cut is Cut.LOST and lease.cancel.cancelled)
    finally:
        held.close()


def test_a_step_claimed_without_knowing_it_is_handed_back_and_not_counted_as_lost(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    run = start(anna, chain(2))
    held = Leases(forgotten=sweeps.hand_back_forgotten)
    claimed = runner._claim("cpu", held)
    assert claimed is not None
    held.start()
    try:
        wait_until(lambda: step(run, "n0").status == "ready")
    finally:
        held.close()
    assert step(run, "n0").rescues == 0
    drain()
    assert status(run) == "succeeded"


def test_a_step_over_its_time_is_cut(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    start(anna, chain(1))
    held = Leases()
    lease = held.take(claim(), 0.1)
    try:
        wait_until(lambda: lease.cut is Cut.TIMEOUT)
    finally:
        held.close()


def test_a_worker_that_is_asked_to_leave_takes_no_more_work(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    start(anna, chain(1))
    held = Leases()
    held.start()
    try:
        wait_until(lambda: Worker.objects.filter(id=held.worker).exists())
        Worker.objects.update(draining=True)
        wait_until(lambda: held.draining)
        assert runner.drain("cpu", held) == 0
    finally:
        held.close()


def test_the_ticker_looks_after_every_rule_and_stops_when_told(anna, later):
    run = start(anna, definition([("wait", "delay", {"config": {"seconds": 0.2}})]))
    drain()
    stop = threading.Event()
    clockwork = threading.Thread(target=ticker.run, args=(stop,))
    clockwork.start()
    try:
        wait_until(lambda: step(run, "wait").status == "ready")
    finally:
        stop.set()
        clockwork.join()
    drain()
    assert status(run) == "succeeded"


def test_a_run_in_order_violates_nothing(anna):
    start(anna, chain(2))
    done = start(anna, chain(2))
    drain(until=3)
    services.stop(execution_id=done.id)
    assert invariants.repair() == 0


def test_a_run_that_cannot_go_on_is_found_and_failed(anna):
    run = start(anna, chain(2))
    Step.objects.filter(execution=run, node_id="n0").update(status="succeeded")
    assert invariants.repair() == 1
    assert status(run) == "failed"
    assert run.error["code"] == "stuck"
    assert invariants.repair() == 0


def test_a_wrong_count_of_open_steps_is_corrected(anna):
    run = start(anna, chain(2))
    Execution.objects.filter(id=run.id).update(open_steps=7)
    assert invariants.repair() == 1
    drain()
    assert status(run) == "succeeded"


def test_of_very_many_open_runs_each_is_looked_at_in_its_turn(anna):
    runs = [start(anna, chain(2)) for _run in range(5)]
    Execution.objects.filter(id__in=[run.id for run in runs]).update(open_steps=7)
    patrol = invariants.Patrol(most=2)
    assert [patrol.repair() for _look in range(5)] == [2, 2, 1, 0, 0]


def test_a_run_that_has_ended_with_an_open_step_is_found(anna):
    runs = [start(anna, chain(1)) for _run in range(3)]
    drain()
    Step.objects.filter(execution=runs[-1]).update(status="pending")
    assert invariants.Patrol(most=2).repair() == 1
    assert step(runs[-1], "n0").status == "cancelled"
    assert invariants.repair() == 0
