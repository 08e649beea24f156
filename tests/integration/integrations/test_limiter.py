"""Buckets that all workers share, in a real Valkey."""

from __future__ import annotations

from typing import Any

import redis

from integrations import limiter


def take(key: str) -> float:
    """A token of a bucket that holds one and gets another in an hour."""
    return limiter.acquire(key, rate=1, interval=3600.0, burst=1)


def test_a_bucket_gives_its_burst_and_then_says_how_long_to_wait(valkey: redis.Redis) -> None:
    taken = [limiter.acquire("a", rate=3, interval=3600, burst=2) for _ in range(2)]
    assert taken == [0.0, 0.0]
    assert 1190 < limiter.acquire("a", rate=3, interval=3600, burst=2) <= 1200


def test_being_told_to_wait_takes_nothing(valkey: redis.Redis) -> None:
    take("a")
    first = take("a")
    assert take("a") <= first <= 3600


def test_a_quick_bucket_refills(valkey: redis.Redis) -> None:
    limiter.acquire("a", rate=1_000_000, interval=1.0, burst=1)
    assert limiter.acquire("a", rate=1_000_000, interval=1.0, burst=1) == 0.0


def test_buckets_do_not_share_tokens(valkey: redis.Redis) -> None:
    assert take("a") == 0.0
    assert take("b") == 0.0


def test_a_frozen_bucket_gives_nothing_and_the_longer_rest_wins(valkey: redis.Redis) -> None:
    limiter.freeze("a", 100)
    limiter.freeze("a", 5)
    assert 90 < limiter.acquire("a", rate=10, interval=1, burst=10) <= 100
    assert 90 < limiter.frozen("a") <= 100
    assert limiter.frozen("b") == 0.0


def test_a_bucket_is_forgotten_when_it_is_full_again(valkey: redis.Redis) -> None:
    limiter.acquire("a", rate=1, interval=60, burst=1)
    assert 0 < valkey.ttl("naryad:limit:a") <= 62


def test_without_valkey_everything_is_let_through(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert [take("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    limiter.freeze("a", 10)
    assert limiter.frozen("a") == 0.0
