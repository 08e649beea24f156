"""Pace over the real shared memory: what one worker takes, all workers see."""

from __future__ import annotations

from uuid import uuid4

import pytest

from integrations.errors import RateLimited
from integrations.wildberries.limits import TokenKind
from integrations.wildberries.pacing import Pace
from integrations.wildberries.tokens import TokenInfo

OFFICIAL = "https://advert-api.wildberries.ru"
SANDBOX = "http://127.0.0.1:3010"


def token(kind: TokenKind = "personal") -> TokenInfo:
    return TokenInfo(seller=uuid4().hex, kind=kind, expires_at=None)


def seconds_refused(pace: Pace, method) -> float:
    with pytest.raises(RateLimited) as caught:
        pace.wait_turn(method)
    assert caught.value.retry_after is not None
    return caught.value.retry_after


def test_statistics_go_once_in_twenty_seconds_for_all_workers_of_a_seller():
    """R2-10, S3-14: the token bucket is obeyed before a request is sent."""
    seller = token()
    Pace(base_url=OFFICIAL, token=seller).wait_turn("fullstats")
    assert 15 < seconds_refused(Pace(base_url=OFFICIAL, token=seller), "fullstats") <= 20
    Pace(base_url=OFFICIAL, token=token()).wait_turn("fullstats")
    Pace(base_url=OFFICIAL, token=seller).wait_turn("count")


def test_near_slots_are_waited_for_in_place():
    pace = Pace(base_url=OFFICIAL, token=token())
    for _request in range(7):
        pace.wait_turn("count")


def test_a_basic_token_asks_once_an_hour():
    pace = Pace(base_url=OFFICIAL, token=token("basic"))
    pace.wait_turn("adverts")
    assert seconds_refused(pace, "adverts") > 3500


def test_elsewhere_nothing_is_held_back_until_the_server_says_so():
    pace = Pace(base_url=SANDBOX, token=token())
    for _request in range(20):
        pace.wait_turn("fullstats")
    assert pace.slow_down("fullstats", {"X-Ratelimit-Retry": "40"}) == 40
    assert 35 < seconds_refused(pace, "fullstats") <= 40
    pace.wait_turn("count")


@pytest.mark.parametrize(
    "address", ["http://wildberries.ru.example.org", "http://notwildberries.ru", "http://127.0.0.1:1"]
)
def test_only_wildberries_own_hosts_are_paced_by_the_published_limits(address):
    pace = Pace(base_url=address, token=token())
    pace.wait_turn("fullstats")
    pace.wait_turn("fullstats")
