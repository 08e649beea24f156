"""A worker whose line to the database is dead, and what other processes are told about a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as current
from django.db import connection, connections

from executions import lease as leases
from executions import runner
from executions.lease import Cut, Leases
from executions.models import Worker
from executions.services import guards
from tests.fakes import proxy
from tests.fakes.proxy import Proxy
from tests.integration.executions.driving import chain, claim, drain, start, status, step, wait_until


@pytest.fixture
def line(anna, monkeypatch) -> Iterator[Proxy]:
    """The line by which threads that connect from now on reach PostgreSQL."""
    info = connection.connection.info
    with proxy.running(info.host or "127.0.0.1", info.port) as server:
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", server.port)
        yield server


def test_a_worker_with_a_dead_line_cuts_its_steps_off_and_works_again_when_the_line_does(anna, line, settings):
    """G4: a worker that cannot renew its leases stops before they run out."""
    settings.HEARTBEAT_SECONDS = 0.05
    run, second = start(anna, chain(1)), start(anna, chain(1))
    held = Leases()
    lost = held.take(claim(), 60)
    try:
        wait_until(lambda: Worker.objects.filter(id=held.worker).exists())
        settings.LEASE_SECONDS = 0.6
        line.go_dead()
        wait_until(lambda: lost.cut is Cut.LOST)
        held.drop(lost)
        line.go_on()
        settings.LEASE_SECONDS = 30.0
        taken = held.take(claim(), 60)
        before = step(second, "n0").lease_expires_at
        wait_until(lambda: step(second, "n0").lease_expires_at != before)
        assert taken.cut is None
    finally:
        line.go_on()
        held.close()
    assert status(run) == "running"


def test_a_worker_whose_steps_hold_every_pooled_connection_renews_its_leases(anna, settings, monkeypatch):
    settings.HEARTBEAT_SECONDS = 0.05
    start(anna, chain(1))
    claimed = claim()
    pooled = connections.settings["default"]
    monkeypatch.setattr(connections["default"], "settings_dict", {**pooled})  # this thread goes on without
    monkeypatch.setitem(pooled, "OPTIONS", {**pooled["OPTIONS"], "pool": {"min_size": 0, "max_size": 1}})
    held = Leases()
    held.take(claimed, 60)
    try:
        wait_until(lambda: Worker.objects.filter(id=held.worker).exists())
    finally:
        held.close()
    wrapper: Any = connection
    assert not wrapper._connection_pools


def test_a_line_that_swallows_packets_is_given_up_before_a_lease_runs_out():
    options = current.DATABASES["default"]["OPTIONS"]
    assert options["tcp_user_timeout"] / 1000 < current.LEASE_SECONDS * 2 / 3
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 20
    assert options["connect_timeout"] <= 5


def test_a_forked_worker_has_one_place_and_a_worker_with_threads_has_all_of_its_own(anna, settings, monkeypatch):
    settings.WORKER_SLOTS = 2
    settings.WORKER_QUEUES = ["places"]
    monkeypatch.setenv(leases.MAIN_PID, "1")
    for child in ("first", "second"):
        leases._show(child, draining=False, first=True)
    monkeypatch.delenv(leases.MAIN_PID)
    leases._show("with threads", draining=False, first=True)
    assert sorted(Worker.objects.values_list("slots", flat=True)) == [1, 1, 2]
    assert guards.slots_of("places") == 4
    start(anna, chain(1))
    assert runner.drain("cpu", leases.Leases(beating=False)) == 1
    drain()
