"""What is told when a service fails and when it is back: once at each edge."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from accounts.services import default_project
from integrations import breaker, circuits, counters
from integrations.http import CallScope, Door
from integrations.models import Event
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(rules: TargetRules) -> Door:
    project = default_project().pk
    return Door(CallScope(project=lambda: project), rules)


def told() -> list[tuple[str, str, Any]]:
    return list(Event.objects.order_by("at", "id").values_list("name", "subject", "payload"))


def test_a_service_that_fails_is_told_once_and_so_is_its_return(
    door: Door, ledger: Ledger, valkey: redis.Redis
) -> None:
    """S2-7: `service.failed` on opening, `service.recovered` on closing, and nothing for a probe that fails."""
    key = f"-@{ledger.endpoint}"
    said = {"host": ledger.endpoint, "endpoint": ledger.endpoint, "reason": "breaker_open", "credentialId": None}
    for _number in range(breaker.FAILURES):
        door.request("GET", ledger.url("/status/503"))
    assert told() == [("service.failed", ledger.endpoint, said)]
    valkey.hset(breaker.PREFIX + key, "open_until", 1)
    door.request("GET", ledger.url("/status/503"))
    valkey.hset(breaker.PREFIX + key, "open_until", 1)
    for _number in range(2):
        door.request("GET", ledger.url("/json"))
    assert told()[1:] == [("service.recovered", ledger.endpoint, said | {"reason": "breaker_closed"})]
    assert (counters.read(circuits.OPENINGS), counters.read(circuits.CLOSINGS)) == (1, 1)


def test_a_call_for_no_project_is_counted_and_tells_nobody(
    rules: TargetRules, ledger: Ledger, valkey: redis.Redis
) -> None:
    for _number in range(breaker.FAILURES):
        Door(CallScope(), rules).request("GET", ledger.url("/status/500"))
    assert (told(), counters.read(circuits.OPENINGS)) == ([], 1)
