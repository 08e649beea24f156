"""Circuit breakers that all workers share, in a real Valkey. Time passes by moving the stored moments."""

from __future__ import annotations

import threading

import pytest
import redis

from integrations import breaker
from integrations.errors import CircuitOpen

KEY = "c@host:443"


def fail(times: int = breaker.FAILURES) -> None:
    for _ in range(times):
        breaker.failed(KEY)


def end_of_rest(valkey: redis.Redis) -> None:
    valkey.hset(breaker.PREFIX + KEY, "open_until", 1)


def is_open() -> bool:
    try:
        breaker.check(KEY, host="host")
    except CircuitOpen:
        return True
    return False


def test_a_circuit_opens_after_five_failures_and_says_for_how_long(valkey: redis.Redis) -> None:
    """Part 2, row 9: a breaker for each host."""
    fail(4)
    assert not is_open()
    assert breaker.failed(KEY)
    with pytest.raises(CircuitOpen) as caught:
        breaker.check(KEY, host="host")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 15


def test_a_few_failures_among_many_successes_open_nothing(valkey: redis.Redis) -> None:
    for _ in range(20):
        breaker.succeeded(KEY)
    fail(10)
    assert not is_open()


def test_failures_of_an_earlier_window_do_not_count(valkey: redis.Redis) -> None:
    fail(4)
    valkey.hset(breaker.PREFIX + KEY, "since", 1)
    fail(4)
    assert not is_open()


def test_after_the_rest_exactly_one_of_many_callers_probes(valkey: redis.Redis) -> None:
    """Part 2, row 9: a half-open probe."""
    fail()
    end_of_rest(valkey)
    start = threading.Barrier(8)
    refused: list[bool] = []

    def call() -> None:
        start.wait()
        refused.append(is_open())

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
    assert sorted(refused) == [False] + [True] * 7


def test_a_probe_that_works_closes_the_circuit(valkey: redis.Redis) -> None:
    fail()
    end_of_rest(valkey)
    breaker.check(KEY, host="host")
    assert breaker.succeeded(KEY), "this has closed it"
    assert not is_open()
    assert not is_open()


def test_a_probe_that_fails_doubles_the_rest(valkey: redis.Redis) -> None:
    fail()
    end_of_rest(valkey)
    breaker.check(KEY, host="host")
    assert not breaker.failed(KEY), "it has not opened, it was open"
    with pytest.raises(CircuitOpen) as caught:
        breaker.check(KEY, host="host")
    assert caught.value.retry_after is not None
    assert 15 < caught.value.retry_after <= 30


def test_a_probe_that_was_cancelled_gives_its_turn_back(valkey: redis.Redis) -> None:
    fail()
    end_of_rest(valkey)
    breaker.check(KEY, host="host")
    assert is_open()
    breaker.released(KEY)
    assert not is_open()


def test_a_late_success_of_an_old_call_does_not_close_the_circuit(valkey: redis.Redis) -> None:
    fail()
    breaker.succeeded(KEY)
    assert is_open()


def test_circuits_know_nothing_of_each_other_and_are_forgotten(valkey: redis.Redis) -> None:
    fail()
    breaker.check("c@other:443", host="other")
    breaker.released("c@other:443")
    assert valkey.exists(breaker.PREFIX + "c@other:443") == 0
    assert 0 < valkey.pttl(breaker.PREFIX + KEY) <= breaker.FORGET_MS
