from __future__ import annotations

import pytest

from integrations.wildberries.limits import limit_of
from integrations.wildberries.pacing import REST_SECONDS, rest_of


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Ratelimit-Retry": "3", "Retry-After": "9", "X-Ratelimit-Reset": "20"}, 3),
        ({"Retry-After": "9", "X-Ratelimit-Reset": "20"}, 9),
        ({"X-Ratelimit-Reset": "20"}, 20),
        ({"X-Ratelimit-Retry": "soon", "Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, REST_SECONDS),
        ({"X-Ratelimit-Retry": "nan", "Retry-After": "-1"}, REST_SECONDS),
        ({}, REST_SECONDS),
    ],
)
def test_the_rest_after_a_429_is_what_its_headers_say(headers, seconds):
    """S3-14: `X-Ratelimit-Retry` comes first."""
    assert rest_of(headers) == seconds


def test_basic_tokens_have_limits_of_their_own():
    assert limit_of("fullstats", "personal") == limit_of("fullstats", "service")
    assert (limit_of("fullstats", "personal").interval, limit_of("fullstats", "basic").interval) == (20, 3600)
