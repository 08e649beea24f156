"""People, a real HTTP server, and runs whose nodes call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as current

from accounts.models import User
from integrations import valkey as shared
from tests.fakes.ledger import Ledger, running
from tests.integration import runs


@pytest.fixture(scope="session")
def server() -> Iterator[Ledger]:
    with running() as ledger:
        yield ledger


@pytest.fixture
def ledger(server: Ledger, settings: Any, valkey: redis.Redis) -> Ledger:
    """An HTTP server that has seen nothing yet and that nodes may call."""
    settings.OUTBOUND_ALLOW = [server.endpoint]
    server.calls.clear()
    server.flaky.clear()
    return server


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """The shared memory without what earlier tests left there."""
    client = redis.Redis.from_url(current.REDIS_URL, decode_responses=True)
    client.delete(*client.scan_iter("naryad:*"), "io", "cpu", "notifications", "system")
    shared._resting.clear()
    yield client
    client.close()


@pytest.fixture
def editor(transactional_db: None) -> User:
    """Somebody who makes workflows. Transactions really commit here, as the guarantees are about commits."""
    return runs.person("editor")


@pytest.fixture
def operator(transactional_db: None) -> User:
    return runs.person("operator")
