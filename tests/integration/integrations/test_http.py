"""The door to the outside, against a real server that misbehaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
import redis

from integrations import limiter
from integrations.credentials import Secret
from integrations.errors import (
    Cancelled,
    CircuitOpen,
    ForbiddenTarget,
    InvalidAnswer,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    TooLarge,
    Unreachable,
    UnsafeAnswer,
)
from integrations.http import CallScope, CancelHandle, Door, retry_after
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger, running

LONG = 60.0
"""A time that no test waits for: what ends earlier was ended by something else."""


@pytest.fixture
def rules(ledger: Ledger, valkey: redis.Redis) -> TargetRules:
    return TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port)}))


@pytest.fixture
def door(rules: TargetRules) -> Door:
    return Door(CallScope(), rules)


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
    [("7", 7.0), ("0", 0.0), ("soon", None), ("-1", None), ("9" * 30, None), ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0)],
)
def test_retry_after_is_read_as_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}) == seconds


def test_no_retry_after_is_no_wish() -> None:
    assert retry_after({}) is None


# --- targets ----------------------------------------------------------------------------------------------------------


def test_the_ledger_itself_is_out_of_reach_without_the_operators_word(ledger: Ledger, valkey: redis.Redis) -> None:
    for rules in (TargetRules(), TargetRules(exceptions=frozenset({("127.0.0.1", 1)}))):
        with pytest.raises(ForbiddenTarget):
            Door(CallScope(), rules).request("GET", ledger.url())
    assert ledger.calls == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "１２７.0.0.1", "0"])
def test_another_spelling_of_loopback_does_not_reach_it(door: Door, ledger: Ledger, host: str) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", f"http://{host}:{ledger.port}/json")
    with pytest.raises(ForbiddenTarget):
        door.request("GET", f"http://{host}:8000/json")
    assert ledger.calls == []


def test_a_name_that_resolves_to_an_inner_address_is_refused_after_one_question(ledger: Ledger) -> None:
    """The checked answer is the one that is connected to: a second, different answer is never asked for."""
    questions: list[str] = []

    def turncoat(host: str, port: int) -> list[str]:
        questions.append(host)
        return ["192.0.2.1"] if len(questions) % 2 else ["127.0.0.1"]

    with running() as other:
        rules = TargetRules(resolver=turncoat)
        for number in range(50):
            with pytest.raises(ForbiddenTarget):
                Door(CallScope(), rules).request("GET", f"http://name{number}.example:8000/")
        assert len(questions) == 50
        assert other.calls == []


def test_a_name_is_resolved_once_for_many_requests_over_one_connection(ledger: Ledger, valkey: redis.Redis) -> None:
    questions: list[str] = []

    def loopback(host: str, port: int) -> list[str]:
        questions.append(host)
        return ["127.0.0.1"]

    rules = TargetRules(exceptions=frozenset({("shop.example", ledger.port)}), resolver=loopback)
    for _ in range(3):
        Door(CallScope(), rules).request("GET", f"http://shop.example:{ledger.port}/json")
    assert questions == ["shop.example"]
    assert {call.headers["host"] for call in ledger.calls} == {f"shop.example:{ledger.port}"}


def test_the_second_address_of_a_name_is_tried_when_the_first_does_not_answer(
    ledger: Ledger, valkey: redis.Redis
) -> None:
    rules = TargetRules(
        exceptions=frozenset({("two.example", ledger.port)}), resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"]
    )
    assert Door(CallScope(), rules).request("GET", f"http://two.example:{ledger.port}/json").status == 200


def test_a_name_that_nobody_knows_is_unreachable(door: Door) -> None:
    with pytest.raises(Unreachable) as caught:
        door.request("GET", "http://no-such-name.invalid/")
    assert caught.value.details == {"host": "no-such-name.invalid"}


def test_a_closed_port_is_unreachable_and_may_be_tried_again(valkey: redis.Redis) -> None:
    with running() as gone:
        port = gone.port
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", port)}))
    with pytest.raises(Unreachable) as caught:
        Door(CallScope(), rules).request("GET", f"http://127.0.0.1:{port}/")
    assert caught.value.transient


def test_a_server_that_does_not_speak_tls_is_unreachable(door: Door, ledger: Ledger) -> None:
    with pytest.raises(Unreachable):
        door.request("GET", f"https://{ledger.endpoint}/")


@pytest.mark.parametrize("headers", [{"X-Bad": "a\r\nX-Evil: 1"}, {"X-Bad\n": "1"}])
def test_a_header_that_smuggles_a_line_is_refused(door: Door, ledger: Ledger, headers: dict[str, str]) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", ledger.url(), headers=headers)
    assert ledger.calls == []


# --- redirects --------------------------------------------------------------------------------------------------------


def redirect(ledger: Ledger, to: str, status: int = 302) -> str:
    return ledger.url(f"/redirect?status={status}&to={to}")


def test_a_redirect_is_not_followed_unless_told(door: Door, ledger: Ledger) -> None:
    assert door.request("GET", redirect(ledger, "/json")).status == 302
    assert len(ledger.calls) == 1


def test_a_redirect_is_followed_with_the_headers_of_the_caller_on_the_same_origin(door: Door, ledger: Ledger) -> None:
    answer = door.request("GET", redirect(ledger, "/echo"), headers={"Authorization": "t"}, follow_redirects=True)
    assert answer.json()["headers"]["authorization"] == "t"
    assert answer.url == ledger.url("/echo")


def test_at_most_three_redirects_are_followed(door: Door, ledger: Ledger) -> None:
    answer = door.request(
        "GET", redirect(ledger, "/redirect?to=/redirect?to=/redirect?to=/json"), follow_redirects=True
    )
    assert answer.status == 302
    assert len(ledger.calls) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://127.0.0.1:8000/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//[::1]/",
    ],
)
def test_every_hop_of_a_redirect_is_checked(door: Door, ledger: Ledger, target: str) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", redirect(ledger, target), follow_redirects=True)
    assert len(ledger.calls) == 1


def test_nothing_secret_goes_along_to_another_origin(door: Door, ledger: Ledger, valkey: redis.Redis) -> None:
    secret = Secret(id="c1", kind="token", value="topsecret")
    with running() as other:
        rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port), ("127.0.0.1", other.port)}))
        Door(CallScope(headers={"Idempotency-Key": "k"}), rules).request(
            "GET",
            redirect(ledger, other.url("/echo")),
            headers={"Cookie": "a=b", "X-Api-Key": "k", "Accept": "text/plain"},
            credential=secret,
            follow_redirects=True,
        )
        assert ledger.calls[0].headers["authorization"] == "Bearer topsecret"
        headers = other.calls[0].headers
        assert not {"authorization", "cookie", "x-api-key"} & headers.keys()
        assert (headers["accept"], headers["idempotency-key"]) == ("text/plain", "k")


def test_a_post_that_is_redirected_becomes_a_get_and_307_repeats_it(door: Door, ledger: Ledger) -> None:
    door.request("POST", redirect(ledger, "/echo"), json={"a": 1}, follow_redirects=True)
    door.request("POST", redirect(ledger, "/echo", 307), json={"a": 1}, follow_redirects=True)
    followed = [(call.method, call.body) for call in ledger.calls if call.path == "/echo"]
    assert followed == [("GET", b""), ("POST", b'{"a":1}')]


def test_a_body_is_not_repeated_to_another_origin(door: Door, ledger: Ledger, valkey: redis.Redis) -> None:
    with running() as other:
        rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port), ("127.0.0.1", other.port)}))
        url = redirect(ledger, other.url("/echo"), 307)
        with pytest.raises(ForbiddenTarget):
            Door(CallScope(), rules).request("POST", url, json={"a": 1}, follow_redirects=True)
        assert other.calls == []


def test_a_credential_goes_only_to_its_hosts(door: Door, ledger: Ledger) -> None:
    secret = Secret(id="c1", kind="token", value="topsecret", hosts=("*.example.org",))
    with pytest.raises(ForbiddenTarget) as caught:
        door.request("GET", ledger.url(), credential=secret)
    assert caught.value.details["reason"] == "host"
    assert ledger.calls == []


# --- size and encoding ------------------------------------------------------------------------------------------------


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


def test_a_head_request_has_no_body(door: Door, ledger: Ledger) -> None:
    assert door.request("HEAD", ledger.url("/big?bytes=5000"), max_bytes=10_000).body == b""


# --- time and cancellation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/hang", "/drip", "/drip-headers"])
def test_the_total_time_ends_a_call_however_busy_the_server_looks(door: Door, ledger: Ledger, path: str) -> None:
    with pytest.raises(TimedOut) as caught:
        door.request("GET", ledger.url(path), timeout=0.3)
    assert caught.value.transient


def test_the_deadline_of_the_step_beats_the_time_of_the_call(rules: TargetRules, ledger: Ledger) -> None:
    with pytest.raises(TimedOut):
        Door(CallScope(deadline=time.monotonic() + 0.3), rules).request("GET", ledger.url("/hang"), timeout=LONG)


def test_after_the_deadline_nothing_is_sent(rules: TargetRules, ledger: Ledger) -> None:
    with pytest.raises(TimedOut):
        Door(CallScope(deadline=time.monotonic()), rules).request("GET", ledger.url())
    assert ledger.calls == []


def in_a_thread(call: Callable[[], object]) -> tuple[threading.Thread, list[Exception]]:
    errors: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


@pytest.mark.parametrize("path", ["/hang", "/drip", "/drip-headers"])
def test_cancelling_from_another_thread_ends_a_blocked_call(rules: TargetRules, ledger: Ledger, path: str) -> None:
    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), rules)
    thread, errors = in_a_thread(lambda: door.request("GET", ledger.url(path), timeout=LONG))
    ledger.wait_for_call()
    handle.cancel()
    thread.join(LONG / 2)
    assert [type(error) for error in errors] == [Cancelled]


def test_cancelling_ends_a_call_on_a_connection_that_was_used_before(rules: TargetRules, ledger: Ledger) -> None:
    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), rules)
    door.request("GET", ledger.url())
    thread, errors = in_a_thread(lambda: door.request("GET", ledger.url("/hang"), timeout=LONG))
    ledger.wait_for_call(2)
    handle.cancel()
    thread.join(LONG / 2)
    assert [type(error) for error in errors] == [Cancelled]
    assert ledger.calls[0].connection == ledger.calls[1].connection


def test_cancelling_ends_the_wait_for_a_name_server(valkey: redis.Redis) -> None:
    asked, answer = threading.Event(), threading.Event()

    def sleepy(host: str, port: int) -> list[str]:
        asked.set()
        answer.wait(LONG)
        return []

    handle = CancelHandle()
    door = Door(CallScope(cancel=handle), TargetRules(resolver=sleepy))
    thread, errors = in_a_thread(lambda: door.request("GET", "http://slow.example/", timeout=LONG))
    assert asked.wait(LONG / 2)
    handle.cancel()
    thread.join(LONG / 2)
    answer.set()
    assert [type(error) for error in errors] == [Cancelled]


def test_a_cancelled_step_makes_no_further_call(rules: TargetRules, ledger: Ledger) -> None:
    handle = CancelHandle()
    handle.cancel()
    with pytest.raises(Cancelled) as caught:
        Door(CallScope(cancel=handle), rules).request("GET", ledger.url())
    assert not caught.value.transient
    assert ledger.calls == []


def test_a_cut_connection_is_not_used_again(rules: TargetRules, ledger: Ledger) -> None:
    door = Door(CallScope(), rules)
    with pytest.raises(TimedOut):
        door.request("GET", ledger.url("/drip"), timeout=0.3)
    assert door.request("GET", ledger.url()).status == 200


# --- breaker and bucket -----------------------------------------------------------------------------------------------


def test_a_host_that_keeps_failing_is_left_alone(door: Door, ledger: Ledger) -> None:
    for _ in range(5):
        assert door.request("GET", ledger.url("/status/500")).status == 500
    with pytest.raises(CircuitOpen) as caught:
        door.request("GET", ledger.url("/json"))
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 15
    assert len(ledger.calls) == 5


def test_the_circuit_of_one_credential_does_not_stop_another(door: Door, ledger: Ledger) -> None:
    for _ in range(5):
        door.request("GET", ledger.url("/status/500"), credential=Secret(id="one", kind="token", value="first"))
    door.request("GET", ledger.url("/json"), credential=Secret(id="two", kind="token", value="second"))
    assert len(ledger.calls) == 6


@pytest.mark.parametrize("path", ["/status/429", "/status/404", "/nul"])
def test_an_answer_below_500_never_opens_a_circuit(door: Door, ledger: Ledger, path: str) -> None:
    for _ in range(8):
        door.request("GET", ledger.url(path))
    assert len(ledger.calls) == 8


def test_a_caller_in_a_hurry_does_not_close_a_host_for_others(door: Door, ledger: Ledger) -> None:
    for _ in range(6):
        with pytest.raises(TimedOut):
            door.request("GET", ledger.url("/hang"), timeout=0.05)
    assert door.request("GET", ledger.url("/json")).status == 200


def test_a_429_freezes_the_bucket_for_every_worker(door: Door, rules: TargetRules, ledger: Ledger) -> None:
    assert door.request("GET", ledger.url("/status/429?retry_after=7"), bucket="shop").status == 429
    with pytest.raises(RateLimited) as caught:
        Door(CallScope(), rules).request("GET", ledger.url("/json"), bucket="shop")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 7
    assert limiter.frozen(f"shop@{ledger.endpoint}") > 0
    assert len(ledger.calls) == 1
    assert door.request("GET", ledger.url("/json")).status == 200
