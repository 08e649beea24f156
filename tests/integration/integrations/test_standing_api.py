"""What the API tells of breakers and rate limits, and a step that waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from integrations import breaker, limiter
from tests.fakes.ledger import Ledger, running
from tests.integration.executions import driving
from tests.integration.runs import client, person, start, workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ledger(settings: Any) -> Iterator[Ledger]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


def test_an_open_breaker_is_shown_and_an_admin_may_close_it(valkey: redis.Redis) -> None:
    """S3-20: the state of every breaker is visible, per host and credential."""
    for _number in range(breaker.FAILURES):
        breaker.failed("-@api.example.org:443")
    breaker.failed("key@crm.example.org:443")
    api = client(person("admin"))
    shown = {one["host"]: (one["state"], one["failures"]) for one in api.get("/api/v1/breakers").json()["results"]}
    assert shown == {"api.example.org:443": ("open", 5), "crm.example.org:443": ("closed", 1)}
    assert client(person("editor")).get("/api/v1/breakers").status_code == 403
    assert api.post("/api/v1/breakers/-@api.example.org:443/reset").status_code == 204
    assert api.post("/api/v1/breakers/-@api.example.org:443/reset").status_code == 404
    breaker.check("-@api.example.org:443", host="api.example.org")


def test_a_limit_that_rests_is_shown(valkey: redis.Redis) -> None:
    """S3-20: what a 429 has asked for is visible until it is over."""
    limiter.freeze("method@api.example.org:443", 60)
    (shown,) = client(person("admin")).get("/api/v1/limits").json()["results"]
    assert (shown["key"], shown["reason"]) == ("method@api.example.org:443", "refused")


def test_a_bucket_that_has_tokens_left_and_one_that_holds_up_our_callers_are_not_shown(valkey: redis.Redis) -> None:
    for _ in range(2):
        limiter.acquire("has_one_left@api.example.org:443", rate=1, interval=3600, burst=3)
        limiter.acquire("used_up@api.example.org:443", rate=1, interval=3600, burst=2)
        limiter.acquire(f"{limiter.INNER}api:somebody", rate=1, interval=3600, burst=1)
    (shown,) = client(person("admin")).get("/api/v1/limits").json()["results"]
    assert (shown["key"], shown["reason"]) == ("used_up@api.example.org:443", "used_up")


@pytest.mark.parametrize(("path", "kind"), [("/status/429?retry_after=60", "rate_limit"), ("/json", "breaker")])
def test_a_step_that_has_to_wait_is_a_row_and_spends_no_try(
    valkey: redis.Redis, ledger: Ledger, path: str, kind: str
) -> None:
    """S3-20: waiting for a limit or a breaker is a state with a host and a time, and holds no worker."""
    if kind == "breaker":
        for _number in range(breaker.FAILURES):
            breaker.failed(f"-@{ledger.endpoint}")
    admin = person("admin")
    execution = start(workflow(admin, ("a", "http-request", {"config": {"url": ledger.url(path)}})), admin)
    driving.drain()
    step = execution.steps.get()
    assert (step.status, step.tries) == ("delayed", 0)
    (why,) = client(admin).get(f"/api/v1/executions/{execution.pk}/why").json()["reasons"]
    assert (why["kind"], why["host"], why["until"] is not None) == (kind, "127.0.0.1", True)
