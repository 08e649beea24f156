"""How a call ends before its answer: by time, by cancellation, by a breaker or a bucket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import redis

from integrations import limiter
from integrations.errors import (
    Cancelled,
    CircuitOpen,
    RateLimited,
    TimedOut,
)
from integrations.http import CallScope, CancelHandle, Door
from integrations.secret import Secret
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger

LONG = 60.0
"""A time that no test waits for: what ends earlier was ended by something else."""


@pytest.mark.parametrize("path", ["/hang", "/drip", "/drip-headers"])
def test_the_total_time_ends_a_call_however_busy_the_server_looks(door: Door, ledger: Ledger, path: str) -> None:
    with pytest.raises(TimedOut) as caught:
        door.request("GET", ledger.url(path), timeout=0.3)
    assert caught.value.transient


def test_the_deadline_of_the_step_beats_the_time_of_the_call(rules: TargetRules, ledger: Ledger) -> None:
    with pytest.raises(TimedOut):
        Door(CallScope(deadline=time.monotonic() + 0.3), rules).request("GET", ledger.url("/hang"), timeout=LONG)


def test_after_the_deadline_nothing_is_sent(rules: TargetRules, ledger: Ledger) -> None:
    with pytest.raises(TimedOut):
        Door(CallScope(deadline=time.monotonic()), rules).request("GET", ledger.url())
    assert ledger.calls == []


def in_a_thread(call: Callable[[], object]) -> tuple[threading.Thread, list[Exception]]:
    errors: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


@pytest.mark.parametrize("path", ["/hang", "/drip", "/drip-headers"])
def test_cancelling_from_another_thread_ends_a_blocked_call(rules: TargetRules, ledger: Ledger, path: str) -> None:
    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), rules)
    thread, errors = in_a_thread(lambda: door.request("GET", ledger.url(path), timeout=LONG))
    ledger.wait_for_call()
    handle.cancel()
    thread.join(LONG / 2)
    assert [type(error) for error in errors] == [Cancelled]


def test_cancelling_ends_a_call_on_a_connection_that_was_used_before(rules: TargetRules, ledger: Ledger) -> None:
    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), rules)
    door.request("GET", ledger.url())
    thread, errors = in_a_thread(lambda: door.request("GET", ledger.url("/hang"), timeout=LONG))
    ledger.wait_for_call(2)
    handle.cancel()
    thread.join(LONG / 2)
    assert [type(error) for error in errors] == [Cancelled]
    assert ledger.calls[0].connection == ledger.calls[1].connection


def test_cancelling_ends_the_wait_for_a_name_server(valkey: redis.Redis) -> None:
    asked, answer = threading.Event(), threading.Event()

    def sleepy(host: str, port: int) -> list[str]:
        asked.set()
        answer.wait(LONG)
        return []

    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), TargetRules(resolver=sleepy))
    thread, errors = in_a_thread(lambda: door.request("GET", "http://slow.example/", timeout=LONG))
    assert asked.wait(LONG / 2)
    handle.cancel()
    thread.join(LONG / 2)
    answer.set()
    assert [type(error) for error in errors] == [Cancelled]


def test_a_cancelled_step_makes_no_further_call(rules: TargetRules, ledger: Ledger) -> None:
    handle = CancelHandle()
    handle.cancel()
    with pytest.raises(Cancelled) as caught:
        Door(CallScope(cancel=handle), rules).request("GET", ledger.url())
    assert not caught.value.transient
    assert ledger.calls == []


def test_a_cut_connection_is_not_used_again(rules: TargetRules, ledger: Ledger) -> None:
    door = Door(CallScope(), rules)
    with pytest.raises(TimedOut):
        door.request("GET", ledger.url("/drip"), timeout=0.3)
    assert door.request("GET", ledger.url()).status == 200


# --- breaker and bucket -----------------------------------------------------------------------------------------------


def test_a_host_that_keeps_failing_is_left_alone(door: Door, ledger: Ledger) -> None:
    for _ in range(5):
        assert door.request("GET", ledger.url("/status/500")).status == 500
    with pytest.raises(CircuitOpen) as caught:
        door.request("GET", ledger.url("/json"))
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 15
    assert len(ledger.calls) == 5


def test_the_circuit_of_one_credential_does_not_stop_another(door: Door, ledger: Ledger) -> None:
    for _ in range(5):
        door.request("GET", ledger.url("/status/500"), credential=Secret(id="one", kind="bearer", value="first"))
    door.request("GET", ledger.url("/json"), credential=Secret(id="two", kind="bearer", value="second"))
    assert len(ledger.calls) == 6


@pytest.mark.parametrize("path", ["/status/429", "/status/404", "/nul"])
def test_an_answer_below_500_never_opens_a_circuit(door: Door, ledger: Ledger, path: str) -> None:
    for _ in range(8):
        door.request("GET", ledger.url(path))
    assert len(ledger.calls) == 8


def test_a_caller_in_a_hurry_does_not_close_a_host_for_others(door: Door, ledger: Ledger) -> None:
    for _ in range(6):
        with pytest.raises(TimedOut):
            door.request("GET", ledger.url("/hang"), timeout=0.05)
    assert door.request("GET", ledger.url("/json")).status == 200


def test_a_429_freezes_the_bucket_for_every_worker(door: Door, rules: TargetRules, ledger: Ledger) -> None:
    """R2-10."""
    assert door.request("GET", ledger.url("/status/429?retry_after=7"), bucket="shop").status == 429
    with pytest.raises(RateLimited) as caught:
        Door(CallScope(), rules).request("GET", ledger.url("/json"), bucket="shop")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 7
    assert limiter.frozen(f"shop@{ledger.endpoint}") > 0
    assert len(ledger.calls) == 1
    assert door.request("GET", ledger.url("/json")).status == 200
