"""The door to the outside: what is sent, and what comes back in which size and form."""

from __future__ import annotations

from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from integrations.errors import (
    InvalidAnswer,
    RateLimited,
    Refused,
    ServerFault,
    TooLarge,
    Unreachable,
    UnsafeAnswer,
)
from integrations.http import Answer, CallScope, Door, retry_after
from integrations.limiter import LONGEST_REST
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger

LONG = 60.0
"""A time that no test waits for: what ends earlier was ended by something else."""


def test_an_answer_has_status_headers_body_and_json_with_decimals(door: Door, ledger: Ledger) -> None:
    answer = door.request("get", ledger.url("/json"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {"name": "Наряд", "price": Decimal("10.10")}
    assert str(answer.json()["price"]) == "10.10"


def test_a_request_carries_query_headers_and_a_body_with_all_digits(door: Door, ledger: Ledger) -> None:
    body = {"sum": Decimal("12345678901234567890.10"), "имя": "Ы"}
    door.request("POST", ledger.url("/echo"), params={"page": 2, "tag": ["a", "b"]}, headers={"X-One": "1"}, json=body)
    call = ledger.calls[0]
    assert (call.method, call.query, call.headers["x-one"]) == ("POST", {"page": ["2"], "tag": ["a", "b"]}, "1")
    assert call.body == '{"sum":12345678901234567890.10,"имя":"Ы"}'.encode()
    assert call.headers["content-type"] == "application/json"


def test_every_request_of_a_step_carries_the_headers_of_its_scope(rules: TargetRules, ledger: Ledger) -> None:
    scope = CallScope(headers={"Idempotency-Key": "e:n:1", "X-Execution-Id": "e", "X-Step-Attempt": "2"})
    Door(scope, rules).request("GET", ledger.url())
    headers = ledger.calls[0].headers
    assert (headers["idempotency-key"], headers["x-execution-id"], headers["x-step-attempt"]) == ("e:n:1", "e", "2")


def test_cookies_of_an_answer_are_not_kept_for_the_next_request(door: Door, ledger: Ledger) -> None:
    door.request("GET", ledger.url("/echo"))
    door.request("GET", ledger.url("/echo"))
    assert "cookie" not in ledger.calls[1].headers


def test_a_proxy_of_the_environment_is_ignored(door: Door, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert door.request("GET", ledger.url()).status == 200


def test_a_connection_is_used_again_by_the_next_step(rules: TargetRules, ledger: Ledger) -> None:
    for _ in range(3):
        Door(CallScope(), rules).request("GET", ledger.url())
    assert len({call.connection for call in ledger.calls}) == 1


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (301, Refused, False),
        (400, Refused, False),
        (404, Refused, False),
        (429, RateLimited, True),
        (500, ServerFault, True),
        (503, ServerFault, True),
    ],
)
def test_a_status_is_an_answer_until_the_caller_asks_for_an_error(
    door: Door, ledger: Ledger, status: int, kind: type[Refused], transient: bool
) -> None:
    answer = door.request("GET", ledger.url(f"/status/{status}"))
    assert answer.status == status
    with pytest.raises(kind) as caught:
        answer.raise_for_status()
    assert (caught.value.transient, caught.value.details) == (transient, {"status": status, "host": "127.0.0.1"})


def test_a_rate_limit_says_how_long_to_wait(door: Door, ledger: Ledger) -> None:
    with pytest.raises(RateLimited) as caught:
        door.request("GET", ledger.url("/status/429?retry_after=7")).raise_for_status()
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("soon", None),
        ("²", None),
        ("-1", None),
        ("99999999", LONGEST_REST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_REST),
        ("9" * 30, None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}) == seconds


def test_a_mark_of_byte_order_before_json_says_nothing() -> None:
    answer = Answer(200, CaseInsensitiveDict(), b'\xef\xbb\xbf{"a": 1}', 0.0, "https://example.org/")
    assert answer.json() == {"a": 1}


def test_no_retry_after_is_no_wish() -> None:
    assert retry_after({}) is None


def test_an_answer_of_just_the_allowed_size_is_taken(door: Door, ledger: Ledger) -> None:
    assert len(door.request("GET", ledger.url("/big?bytes=1000"), max_bytes=1000).body) == 1000


@pytest.mark.parametrize("path", ["/big?bytes=1001", "/endless", "/bomb"])
def test_an_answer_over_the_limit_is_cut_off(door: Door, ledger: Ledger, path: str) -> None:
    with pytest.raises(TooLarge) as caught:
        door.request("GET", ledger.url(path), max_bytes=1000, timeout=LONG)
    assert caught.value.details == {"limit": 1000}


def test_a_bomb_is_not_unpacked_beyond_the_default_limit(door: Door, ledger: Ledger) -> None:
    with pytest.raises(TooLarge):
        door.request("GET", ledger.url("/bomb"), timeout=LONG)


@pytest.mark.parametrize("path", ["/gzip", "/members"])
def test_a_compressed_answer_is_unpacked(door: Door, ledger: Ledger, path: str) -> None:
    assert door.request("GET", ledger.url(path)).json() == {"packed": True}


@pytest.mark.parametrize("path", ["/twice", "/torn"])
def test_an_answer_whose_encoding_is_not_one_good_gzip_is_invalid(door: Door, ledger: Ledger, path: str) -> None:
    with pytest.raises(InvalidAnswer):
        door.request("GET", ledger.url(path))


def test_an_answer_that_breaks_off_is_no_answer(door: Door, ledger: Ledger) -> None:
    with pytest.raises(Unreachable):
        door.request("GET", ledger.url("/cut"))


def test_json_that_must_not_be_let_in_is_unsafe_and_a_proxys_page_is_invalid(door: Door, ledger: Ledger) -> None:
    with pytest.raises(UnsafeAnswer) as unsafe:
        door.request("GET", ledger.url("/nul")).json()
    with pytest.raises(InvalidAnswer) as invalid:
        door.request("GET", ledger.url("/notjson")).json()
    assert (unsafe.value.transient, invalid.value.transient) == (False, True)


def test_an_empty_answer_is_no_data(door: Door, ledger: Ledger) -> None:
    answer = door.request("GET", ledger.url("/empty"))
    assert (answer.status, answer.json(), answer.text()) == (204, None, "")


def test_text_is_read_in_its_charset(door: Door, ledger: Ledger) -> None:
    assert door.request("GET", ledger.url("/text")).text() == "Привет"


def test_text_in_a_charset_that_nobody_knows_is_read_as_utf8() -> None:
    headers = CaseInsensitiveDict({"Content-Type": "text/plain; charset=klingon"})
    assert Answer(200, headers, "Привет".encode(), 0.1, "https://example.org").text() == "Привет"


def test_a_head_request_has_no_body(door: Door, ledger: Ledger) -> None:
    assert door.request("HEAD", ledger.url("/big?bytes=5000"), max_bytes=10_000).body == b""
