"""A certificate near its end, on a real TLS server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts import clock
from integrations.models import Event
from tests.fakes import tls_server
from tests.fakes.tls_server import TlsServer
from tests.integration.reacting.causes.looking import look, pass_time
from tests.integration.reacting.scenes import done, listening, runs_of
from workflows.models import Workflow

DAY = 24 * 3600
HALF = timedelta(hours=12)


@pytest.fixture
def server(tmp_path: Path, settings: Any, anna: Any) -> Iterator[TlsServer]:
    """A certificate that holds for forty days and a half."""
    with tls_server.running(tmp_path, clock.read() + timedelta(days=40) + HALF) as running:
        settings.OUTBOUND_ALLOW = [f"localhost:{running.port}"]
        yield running


@pytest.fixture
def flow(anna: Any, server: TlsServer) -> Workflow:
    return listening(anna, "trigger-certificate", host="localhost", port=server.port, everySeconds=3600)


def warned(flow: Workflow) -> list[int]:
    return [run.input_data["payload"]["days"] for run in runs_of(flow)]


def test_each_threshold_is_told_once_as_the_end_comes_nearer(flow: Workflow) -> None:
    """R3-23, S2-7, seed 6.5: «Истекает SSL-сертификат»: at 30, 14, 7, 3 and 1 days, once per threshold."""
    look()
    assert warned(flow) == []
    for day in (9, 11, 20, 27, 28, 33, 34, 37, 38, 39.9, 40, 41):
        pass_time(day * DAY)
    assert warned(flow) == [30, 14, 7, 3, 1]
    told = done(runs_of(flow)[0])
    assert (told["event"], told["subject"], told["payload"]["daysLeft"]) == ("ssl.expiring", "localhost", 29)


def test_of_thresholds_that_have_passed_before_the_first_look_only_the_nearest_is_told(
    flow: Workflow, server: TlsServer
) -> None:
    """S2-7: a certificate of five days is one warning, not three."""
    server.renew(clock.read() + timedelta(days=5))
    look(3)
    assert warned(flow) == [7]


def test_a_new_certificate_ends_the_warnings_and_is_warned_of_in_its_turn(
    anna: Any, flow: Workflow, server: TlsServer
) -> None:
    """S2-7: recovery is told once; the thresholds of the next certificate are its own."""
    renewed = listening(anna, event="ssl.renewed")
    server.renew(clock.read() + timedelta(days=2))
    look(2)
    server.renew(clock.read() + timedelta(days=90))
    look(2)
    assert (warned(flow), len(runs_of(renewed))) == ([3], 1)
    server.renew(clock.read() + timedelta(days=2))
    look(2)
    assert warned(flow) == [3, 3]


def test_a_server_that_is_away_is_no_warning_but_not_seeing_is_told_once(
    anna: Any, flow: Workflow, server: TlsServer
) -> None:
    """Seed 6.7: «Сбой при передаче данных между системами»: what cannot be seen three times in a row is told."""
    blind = listening(anna, event="transfer.failed")
    server.stop()
    look(2)
    assert runs_of(blind) == []
    look(4)
    (run,) = runs_of(blind)
    assert run.input_data["payload"]["error"] == "unreachable"
    assert warned(flow) == []
    assert Event.objects.filter(name="transfer.failed").count() == 1


def test_an_internal_address_is_not_looked_at(flow: Workflow, settings: Any) -> None:
    """S7: the rules of addresses hold for this door, too."""
    settings.OUTBOUND_ALLOW = []
    look(3)
    assert Event.objects.get(name="transfer.failed").payload["error"] == "forbidden_target"
