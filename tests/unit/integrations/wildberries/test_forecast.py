from __future__ import annotations

from datetime import date

import pytest

from integrations.wildberries.forecast import REQUEST_SECONDS, Slots, day_count, id_requests, pair_requests
from integrations.wildberries.limits import limit_of


def test_statistics_of_five_hundred_campaigns_take_more_than_three_minutes():
    """S3-14: ten requests, one in twenty seconds; with a basic token one in an hour."""
    requests = id_requests(500, 7)
    assert requests == 10
    assert Slots(limit_of("fullstats", "personal")).spend(requests, start=0) == 9 * 20 + REQUEST_SECONDS
    assert Slots(limit_of("fullstats", "basic")).spend(requests, start=0) == 9 * 3600 + REQUEST_SECONDS


def test_a_burst_goes_at_once_and_is_filled_again_while_others_work():
    slots = Slots(limit_of("orders", "personal"))
    assert slots.spend(10, start=0) == 10 * REQUEST_SECONDS
    assert slots.spend(1, start=5) == 60 + REQUEST_SECONDS
    assert slots.spend(1, start=600) == 600 + REQUEST_SECONDS


def test_a_bucket_in_use_and_a_rest_after_a_429_are_waited_for():
    limit = limit_of("fullstats", "personal")
    assert Slots(limit, backlog=15).spend(1, start=0) == 15 + REQUEST_SECONDS
    assert Slots(limit, rest=40).spend(1, start=10) == 40 + REQUEST_SECONDS
    assert Slots(None, rest=40).spend(100, start=0) == 40 + 100 * REQUEST_SECONDS
    assert Slots(limit, rest=40).spend(0, start=3) == 3


@pytest.mark.parametrize(("pairs", "days", "requests"), [(0, 7, 0), (100, 30, 1), (101, 30, 2), (1, 31, 2)])
def test_pairs_and_days_are_cut_as_the_requests_are(pairs, days, requests):
    assert pair_requests(pairs, days) == requests
    assert day_count((date(2026, 11, 1), date(2026, 11, days if days < 31 else 30))) == min(days, 30)
