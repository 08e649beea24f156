from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as current

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
