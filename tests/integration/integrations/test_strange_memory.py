"""Values that nobody of ours has written, where all processes keep their small numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from rest_framework.test import APIClient

from integrations import breaker, counters, limiter, listening, standing
from integrations import valkey as shared_memory
from integrations.errors import CircuitOpen
from integrations.valkey import SharedScript

KEY = "-@host:443"
WORDS = (b"\xff\xfe", b"", b"nan", b"inf", b"-inf", b"1e300", b"-1e300", b"9" * 400, b"0x7fffffffffffffff", b"soon")
FIELDS = ("open_until", "probe_until", "since", "good", "bad", "trips", "full_at", "frozen_until", "slack")


def written(raw: redis.Redis, key: str) -> Iterator[None]:
    """Each strange value in turn, in the place of the whole key and in each of its fields."""
    for word in WORDS:
        raw.delete(key)
        raw.set(key, word)
        yield
        raw.delete(key)
        raw.hset(key, mapping=dict.fromkeys(FIELDS, word))
        yield
    raw.delete(key)
    raw.rpush(key, *WORDS)
    yield


@pytest.fixture
def raw(valkey: redis.Redis) -> redis.Redis:
    """The server, empty but for what a test writes; no earlier test has found it away."""
    shared_memory._resting.clear()
    return valkey


def expect_awake() -> None:
    """A strange value is no reason to think that Valkey is away: that would switch off all circuits and limits."""
    assert SharedScript("return 7").run([], [], otherwise=None) == 7


def test_a_circuit_works_on_after_any_value(raw: redis.Redis) -> None:
    """S27: it neither stays open for ever nor never opens again."""
    for _written in written(raw, breaker.PREFIX + KEY):
        breaker.check(KEY, host="host")
        breaker.succeeded(KEY)
        breaker.released(KEY)
        raw.delete(breaker.PREFIX + KEY)
    for _written in written(raw, breaker.PREFIX + KEY):
        for _failure in range(breaker.FAILURES):
            breaker.failed(KEY)
        with pytest.raises(CircuitOpen) as caught:
            breaker.check(KEY, host="host")
        assert 0 < (caught.value.retry_after or 0) <= breaker.REST_CAP_MS / 1000
    expect_awake()


def test_a_limit_holds_after_any_value(raw: redis.Redis) -> None:
    """S27: nobody is held up for ever, and nobody is let through for ever."""
    for _written in written(raw, limiter.PREFIX + KEY):
        assert limiter.frozen(KEY) == limiter.backlog(KEY) == 0
        assert limiter.acquire(KEY, rate=1, interval=60.0, burst=1) == 0
        assert 0 < limiter.acquire(KEY, rate=1, interval=60.0, burst=1) <= 60
        limiter.freeze(KEY, 100.0)
        assert 99 < limiter.frozen(KEY) <= 100
    expect_awake()


def test_a_server_cannot_ask_for_a_rest_of_years(raw: redis.Redis) -> None:
    """S27: `Retry-After: 99999999` would keep everybody from that server for three years."""
    limiter.freeze(KEY, 99_999_999.0)
    assert limiter.frozen(KEY) <= limiter.LONGEST_REST


def test_what_is_told_of_circuits_and_limits_is_told_after_any_value(raw: redis.Redis) -> None:
    """S27: the pages and figures of the operator are there when they are needed."""
    for prefix in (breaker.PREFIX, limiter.PREFIX):
        for _written in written(raw, prefix + KEY):
            assert len(standing.circuits()) <= 1
            assert len(standing.buckets()) <= 1
        raw.delete(prefix + KEY)


def test_a_count_goes_on_after_any_value(raw: redis.Redis) -> None:
    """S27: also one of another kind."""
    for _written in written(raw, counters.PREFIX + "openings"):
        assert isinstance(counters.read("openings"), int)
        counters.add("openings")
        assert isinstance(counters.read("openings"), int)
    expect_awake()


def test_bells_are_heard_after_any_value(raw: redis.Redis) -> None:
    """S27: forged listeners and a forged list of listeners keep nobody from being woken."""
    for _written in written(raw, "naryad:ears:io"):
        assert listening.call("io", 1).woken == 0
        heard = listening.wait(
            "io", seconds=0.05, is_there=lambda: listening.call("io", 1).woken == 7, leave=lambda: False
        )
        assert heard == listening.Heard(1)
    raw.delete("naryad:ears:io")
    raw.set("naryad:strange", "x")
    raw.zadd("naryad:ears:io", {"naryad:strange": float("inf"), "naryad:other": float("inf")})
    listening.call("io", 2)
    assert raw.zcard("naryad:ears:io") == 0
    expect_awake()


def test_listeners_are_called_whatever_stands_where_the_bells_wait(raw: redis.Redis) -> None:
    """S27: what is no list of bells counts as none, and bells that wait are not forgotten for it."""
    for _written in written(raw, "io"):
        assert listening.call("io", 1).woken == 0
    raw.delete("io")
    raw.lpush("io", "a bell", "another")
    raw.set("naryad:ears:io", "x")
    assert listening.call("io", 1) == (0, 2)
    assert raw.llen("io") == 2
    expect_awake()


@pytest.mark.django_db
def test_the_figures_are_told_after_any_value(raw: redis.Redis, settings: Any) -> None:
    """S27: `/metrics` answers; its alarms are what tells of an attack."""
    settings.METRICS_TOKEN = "token of the figures"
    for key in (breaker.PREFIX + KEY, limiter.PREFIX + KEY, counters.PREFIX + "lease_losses"):
        raw.delete(key)
        raw.hset(key, mapping=dict.fromkeys(FIELDS, b"1e300"))
        answer = APIClient().get("/metrics", HTTP_AUTHORIZATION="Bearer token of the figures")
        assert answer.status_code == 200
        assert b"naryad_valkey_up 1" in answer.content
