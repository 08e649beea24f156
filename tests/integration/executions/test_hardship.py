"""What workers and tickers live through: broken versions, exceptions in the heartbeat, an earlier life's traces."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from django.db import OperationalError, connection, transaction

from executions import failures, runner, sweeps, tasks, ticker
from executions.engine.settlement import Failure, Settlement
from executions.lease import Cut, Lease, Leases
from executions.models import Worker
from integrations.errors import CircuitOpen, CredentialRevoked
from tests.integration.executions.driving import (
    break_version,
    chain,
    claim,
    definition,
    drain,
    leases,
    start,
    status,
    step,
    wait_until,
)
from workflows.node_type import Transient

REVOKED = CredentialRevoked(credential="7")


@pytest.mark.parametrize("fault", [ValueError("a defect"), OperationalError("the server went away")])
def test_a_rule_of_the_ticker_that_fails_keeps_no_other_from_its_turn(anna, fault):
    def fail() -> int:
        raise fault

    Worker.objects.create(id="h:1:1", host="h", pid=1, queues=["io"], slots=1)
    for rule in (ticker.Rule("fails", 1.0, fail), ticker.Rule("works", 1.0, lambda: Worker.objects.all().delete()[0])):
        ticker._look_after(rule)
    assert not Worker.objects.exists()


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ValueError("the secret"), Failure("defect", failures.DEFECT, {"type": "ValueError"})),
        (
            CredentialRevoked(credential="7"),
            Failure("credential_revoked", str(CredentialRevoked.message), {"credential": "7"}),
        ),
        (Transient("slow", "wait", retry_after=3.0), Failure("slow", "wait", {}, transient=True, retry_after=3.0)),
    ],
)
def test_what_a_node_raises_is_told_as_its_kind_and_a_defect_without_its_words(anna, error, failure):
    start(anna, chain(1))
    assert runner._explain(error, Lease(claim(), deadline=0.0)) == failure


def test_a_step_whose_server_is_left_alone_waits_without_having_failed(anna):
    start(anna, chain(1))
    error = CircuitOpen(host="example.org")
    error.retry_after = 15.0
    outcome = runner._explain(error, Lease(claim(), deadline=0.0))
    assert isinstance(outcome, Settlement)
    assert (outcome.failure, outcome.seconds, outcome.subject) == (None, 15.0, "example.org")


def test_a_run_whose_node_type_is_gone_fails_and_says_so(anna):
    run, other = start(anna, chain(2), priority=9), start(anna, chain(1))
    break_version(run)
    drain()
    assert (status(run), run.error["code"]) == ("failed", "version_broken")
    assert run.open_steps == 0
    assert status(other) == "succeeded"


def test_a_lost_step_that_cannot_be_decided_does_not_keep_others_from_being_rescued(anna, later):
    run, other = start(anna, chain(2), priority=9), start(anna, chain(1))
    claim(), claim()
    break_version(run)
    later(40)
    assert sweeps.rescue_expired() == 2
    assert (status(run), step(other, "n0").status) == ("failed", "ready")


def test_a_step_that_was_awake_when_its_worker_died_does_not_sleep_again(anna, later):
    run = start(
        anna, definition([("wait", "delay", {"config": {"seconds": 3600}}), ("end", "noop")], [("wait", "end")])
    )
    drain()
    later(3601)
    sweeps.wake_due()
    later(0)
    claim()
    later(40)
    assert sweeps.rescue_expired() == 1
    later(0)
    drain()
    assert status(run) == "succeeded"


def test_a_step_that_is_counted_again_meanwhile_is_not_hidden_from_workers(anna):
    what = definition(
        [("a", "noop"), ("b", "noop"), ("end", "noop", {"settings": {"join": "any"}})], [("a", "end"), ("b", "end")]
    )
    run = start(anna, what)
    first, second = claim(), claim()
    runner._step(first, None, leases(), continue_on=None)
    found = []

    def look() -> None:
        found.append(runner._claim("cpu", leases()))
        connection.close()

    with transaction.atomic():
        runner._step(second, None, leases(), continue_on=None)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert [claimed and claimed.step_id for claimed in found] == [step(run, "end").id]


def test_a_worker_with_the_name_of_one_that_has_left_takes_work(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    start(anna, chain(1))
    held = Leases()
    Worker.objects.create(id=held.worker, host="h", pid=1, queues=[], slots=1, draining=True)
    held.start()
    try:
        wait_until(lambda: not Worker.objects.get(id=held.worker).draining)
        assert not held.draining
        assert runner.drain("cpu", held) == 1
        Worker.objects.update(draining=True)
        wait_until(lambda: held.draining)
    finally:
        held.close()


def test_the_heartbeat_outlives_a_step_that_cannot_be_told_to_stop(anna, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    run = start(anna, chain(1))
    start(anna, chain(1))
    held = Leases()
    stuck = held.take(claim(), 0.05)

    def explode() -> None:
        raise ValueError("cannot be cut")

    try:
        with stuck.cancel.watching(explode):
            wait_until(lambda: stuck.cut is Cut.TIMEOUT)
            before = step(run, "n0").lease_expires_at
            wait_until(lambda: step(run, "n0").lease_expires_at != before)
    finally:
        held.close()


def test_a_step_taken_again_by_its_own_worker_cuts_its_former_self(anna):
    start(anna, chain(1))
    held = leases()
    claimed = claim()
    former = held.take(claimed, 60)
    held.take(claimed, 60)
    assert former.cut is Cut.LOST


HANGING = """
import django; django.setup()
import time, uuid
from executions import lease
from executions.claims import Claimed
lease.GIVE_UP_SECONDS = 0.1
def give_up(stuck): raise ValueError("nobody expected this")
held = lease.Leases(give_up=give_up)
held.take(Claimed(*[uuid.uuid4()] * 3, "n", [], "cpu", "w", 1, 1, 1, 0, 0, None, None, None), 0.1)
time.sleep(600)
"""


def test_a_process_that_cannot_be_trusted_ends_even_if_giving_up_fails(anna):
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "HEARTBEAT_SECONDS": "0.05"}
    ended = subprocess.run(
        [sys.executable, "-c", HANGING], env=variables, capture_output=True, timeout=300, check=False
    )
    assert ended.returncode == 75, ended.stderr


def test_a_thread_that_has_done_its_task_gives_its_pooled_connection_back(anna, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    held = []

    def work() -> None:
        tasks.tick.apply()
        held.append(connection.connection)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert held == [None]
