from __future__ import annotations

from integrations.wildberries.limits import Limit
from integrations.wildberries.sandbox.buckets import Buckets

KEY = ("seller", "personal", "fullstats")
LIMIT = Limit(interval=20.0, burst=2)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_then_refuses_and_says_for_how_long():
    clock = Clock()
    buckets = Buckets(enforced=True, clock=clock)
    assert buckets.take(KEY, LIMIT) == (True, {"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "1"})
    assert buckets.take(KEY, LIMIT)[0]
    clock.now += 5
    refused, headers = buckets.take(KEY, LIMIT)
    assert refused is False
    assert headers == {"X-Ratelimit-Limit": "2", "X-Ratelimit-Retry": "15", "X-Ratelimit-Reset": "35"}
    clock.now += 15
    assert buckets.take(KEY, LIMIT)[0]


def test_sellers_and_methods_do_not_share_a_bucket():
    buckets = Buckets(enforced=True, clock=Clock())
    for key in (KEY, ("other", "personal", "fullstats"), ("seller", "personal", "count")):
        assert buckets.take(key, Limit(interval=20.0, burst=1))[0]


def test_without_limits_nobody_is_refused():
    buckets = Buckets(enforced=False, clock=Clock())
    answers = [buckets.take(KEY, LIMIT) for _request in range(5)]
    assert all(admitted for admitted, _headers in answers)
    assert answers[-1][1]["X-Ratelimit-Remaining"] == "0"
