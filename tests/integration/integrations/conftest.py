"""Valkey as the tests of the border see it: empty before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from integrations.http import CallScope, Door
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger, running

QUEUES = ("io", "cpu", "notifications", "system")


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """The server of the tests, without bells and without memories of earlier tests."""
    client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    client.delete(*QUEUES, *client.scan_iter("naryad:*"))
    yield client
    client.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Ledger]:
    with running() as ledger:
        yield ledger


@pytest.fixture
def ledger(server: Ledger) -> Ledger:
    """An HTTP server that has seen nothing yet."""
    server.calls.clear()
    return server


@pytest.fixture
def rules(ledger: Ledger, valkey: redis.Redis) -> TargetRules:
    """The rules of an operator who allows the ledger and nothing else."""
    return TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port)}))


@pytest.fixture
def door(rules: TargetRules) -> Door:
    return Door(CallScope(), rules)
