"""The client against the sandbox and against answers that nobody promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.errors import Unreachable
from integrations.scope import CallScope
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.errors import RequestRejected, UnexpectedAnswer
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, point_at

BATCH = ((1,), "2026-11-01", "2026-11-07")


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def client(settings, wrong) -> Iterator[WildberriesClient]:
    with Sandbox(intercept=wrong) as running:
        point_at(settings, running.url)
        settings.WB_API_KEY = f" Bearer {settings.WB_API_KEY} "
        yield WildberriesClient.connect(CallScope())


def test_a_pasted_bearer_prefix_does_no_harm(client):
    assert {group.status for group in client.campaign_groups()} == {-1, 4, 7, 8, 9, 11}


def test_more_than_fifty_campaigns_are_refused_before_they_are_sent(client, wrong):
    with pytest.raises(ValueError, match="51 in one request"):
        client.campaigns(range(51))
    assert wrong.requests == []


@pytest.mark.parametrize("body", [{"detail": "?"}, [{"advertId": "x"}], [1], "text", 5])
def test_an_answer_of_another_shape_is_named_without_its_content(client, wrong, body: Any):
    wrong.answer("fullstats", 200, body)
    with pytest.raises(UnexpectedAnswer) as caught:
        client.full_stats(*BATCH)
    assert set(caught.value.details) == {"method", "where", "fault"}
    assert caught.value.transient is False


def test_a_redirect_is_not_followed_with_the_token(client, wrong):
    wrong.answer("count", 302, None, {"Location": "http://127.0.0.1:9/elsewhere"})
    with pytest.raises(RequestRejected) as caught:
        client.campaign_groups()
    assert caught.value.details["status"] == 302


def test_a_server_that_is_not_there_is_worth_another_try(settings):
    with Sandbox() as gone:
        point_at(settings, gone.url)
    with pytest.raises(Unreachable) as caught:
        WildberriesClient.connect(CallScope()).campaign_groups()
    assert caught.value.transient is True
