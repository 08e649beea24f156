from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings as current
from django.db import connection

from accounts import clock
from tests.integration.executions import driving


@pytest.fixture
def anna(transactional_db):
    """An administrator. Transactions really commit here, since the engine's guarantees are about commits."""
    return driving.person()


@pytest.fixture
def bells() -> Iterator[redis.Redis]:
    """The server that holds the bells, without those of earlier tests."""
    client = redis.Redis.from_url(current.REDIS_URL)
    client.delete("io", "cpu")
    yield client
    client.close()


@pytest.fixture
def later(anna) -> Iterator[Callable[[float], None]]:
    """Moves the database's clock for this connection."""
    yield lambda seconds: clock.shift(connection, seconds)
    clock.shift(connection, 0)
