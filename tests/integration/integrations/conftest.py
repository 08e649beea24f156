"""Valkey as the tests of the border see it: empty before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

QUEUES = ("io", "cpu", "notifications", "system")


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """The server of the tests, without bells and without memories of earlier tests."""
    client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    client.delete(*QUEUES, *client.scan_iter("naryad:*"))
    yield client
    client.close()
