from __future__ import annotations

import json

import pytest

from integrations.errors import OutboundError, RateLimited, ServerFault
from integrations.wildberries.errors import (
    AccessDenied,
    PaymentRequired,
    RequestRejected,
    TokenRejected,
    error_of,
    explanation,
    wording,
)


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (400, RequestRejected, False),
        (401, TokenRejected, False),
        (402, PaymentRequired, False),
        (403, AccessDenied, False),
        (404, RequestRejected, False),
        (429, RateLimited, True),
        (500, ServerFault, True),
        (502, ServerFault, True),
    ],
)
def test_every_refusal_has_a_name_and_says_whether_trying_again_helps(status, kind, transient):
    """S3-14: 401, 402 and 429 are told apart."""
    error = error_of(status, b'{"title":"no","detail":"because","requestId":"r1"}', method="count", retry_after=3)
    assert type(error) is kind
    assert error.transient is transient
    assert error.details == {"status": status, "method": "count", "detail": "because", "requestId": "r1"}


@pytest.mark.parametrize(
    ("body", "words", "request_id"),
    [
        ({"detail": "invalid ids", "request_id": "a1", "title": "invalid payload"}, "invalid ids", "a1"),
        ({"title": "path not found", "requestId": "b2"}, "path not found", "b2"),
        (
            {"errors": [{"detail": "max date range 31 days", "field": "begin and end"}], "request_id": "c3"},
            "begin and end: max date range 31 days",
            "c3",
        ),
        ({"errors": ["dateFrom: field required"]}, "dateFrom: field required", None),
        ({"errors": "dateFrom: Value not validated"}, "dateFrom: Value not validated", None),
        ("Некорректный идентификатор", "Некорректный идентификатор", None),
        ({}, None, None),
        ([], None, None),
    ],
)
def test_the_words_of_every_service_are_understood(body, words, request_id):
    assert explanation(json.dumps(body).encode()) == (words, request_id)


def test_a_page_of_a_proxy_is_told_as_it_is_and_cut():
    assert explanation(b"<html>Bad gateway</html>") == ("<html>Bad gateway</html>", None)
    words, _request_id = explanation(b"x" * 10_000)
    assert words is not None
    assert len(words) == 500


def test_a_rejected_request_says_why_to_people():
    error: OutboundError = error_of(400, b'{"detail":"invalid ids 100%"}', method="fullstats")
    assert wording(error).endswith(": invalid ids 100%")
    assert wording(error_of(404, b"", method="fullstats")).endswith(": 404")
    assert wording(error_of(502, b"", method="fullstats")) == str(ServerFault.message)
