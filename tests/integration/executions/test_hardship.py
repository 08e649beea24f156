"""What workers and tickers live through: broken versions, exceptions in the heartbeat, an earlier life's traces."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, transaction

from accounts import clock
from executions import runner, sweeps, tasks
from executions.claims import Claimed
from executions.lease import Cut, Leases
from executions.models import Execution, Worker
from tests.integration.executions.driving import chain, definition, drain, leases, start, status, step
from tests.integration.executions.test_rescue import wait_until
from workflows.models import WorkflowVersion


@pytest.fixture
def later():
    """Moves the database's clock for this connection."""
    yield lambda seconds: clock.shift(connection, seconds)
    clock.shift(connection, 0)


def claim(queue: str = "cpu") -> Claimed:
    claimed = runner._claim(queue, leases())
    assert claimed is not None
    return claimed


def break_version(run: Execution) -> None:
    """The run's version now names a node type that is no longer installed."""
    version = WorkflowVersion.objects.get(id=run.version_id)
    text = {**version.definition, "nodes": [{**node, "type": "gone"} for node in version.definition["nodes"]]}
    broken = WorkflowVersion.objects.create(workflow_id=version.workflow_id, number=99, label="v099", definition=text)
    Execution.objects.filter(id=run.id).update(version=broken)


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
time.sleep(30)
"""


def test_a_process_that_cannot_be_trusted_ends_even_if_giving_up_fails(anna):
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "HEARTBEAT_SECONDS": "0.05"}
    begun = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", HANGING], env=variables, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 75, ended.stderr
    assert time.monotonic() - begun < 30


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
