"""The node type `http-request`, against a real server that writes everything down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import Cancelled
from integrations.http import CallScope, CancelHandle
from tests.fakes.ledger import Ledger, running
from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Item, Later, NodeError, Permanent, Transient

HEADERS = {"Idempotency-Key": "run:node:0:1", "X-Execution-Id": "run", "X-Step-Attempt": "2"}


@pytest.fixture
def ledger(settings: Any) -> Iterator[Ledger]:
    """A server of its own for each test: circuits and buckets are remembered by host and port."""
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


def call(config: dict[str, Any], items: Any = ({},), **surroundings: Any) -> list[Item]:
    outcome = run("http-request", config, items, **{"scope": CallScope(headers=HEADERS), **surroundings})
    assert isinstance(outcome, Done), outcome
    return list(outcome.ports["out"])


def failure(config: dict[str, Any], items: Any = ({},)) -> NodeError:
    with pytest.raises((Permanent, Transient)) as caught:
        call(config, items)
    return caught.value


def test_it_gives_status_headers_and_parsed_body(ledger: Ledger) -> None:
    """S3-16: an HTTP request with method, headers, body and timeout."""
    (item,) = call({"url": ledger.url("/json")})
    assert (item["status"], item["encoding"], item["url"]) == (200, "json", ledger.url("/json"))
    assert item["headers"]["content-type"] == "application/json"
    assert item["body"] == {"name": "Наряд", "price": Decimal("10.10")}


def test_it_sends_method_headers_query_and_body(ledger: Ledger) -> None:
    call(
        {
            "method": "post",
            "url": ledger.url("/echo"),
            "headers": {"X-Number": 7, "Authorization": "Bearer abc"},
            "query": {"page": 2, "tag": ["a", "b"], "all": True, "none": None},
            "body": {"sum": Decimal("1.10")},
            "timeout": 5,
            "retries": 1,
        }
    )
    sent = ledger.calls[0]
    assert (sent.method, sent.body) == ("POST", b'{"sum":1.10}')
    assert sent.query == {"page": ["2"], "tag": ["a", "b"], "all": ["true"]}
    assert (sent.headers["x-number"], sent.headers["authorization"]) == ("7", "Bearer abc")


def test_a_text_body_is_sent_as_it_is(ledger: Ledger) -> None:
    call({"method": "PUT", "url": ledger.url("/echo"), "headers": {"Content-Type": "text/xml"}, "body": "<ы/>"})
    assert (ledger.calls[0].body, ledger.calls[0].headers["content-type"]) == ("<ы/>".encode(), "text/xml")


@pytest.mark.parametrize(("most", "pages", "warned"), [(1, 1, True), (2, 2, False), (9, 2, False)])
def test_pages_end_where_the_next_is_the_same_and_what_is_left_is_told(
    ledger: Ledger, most: int, pages: int, warned: bool
) -> None:
    config = {"url": ledger.url("/json"), "pages": {"cursor": "name"}, "mostPages": most}
    node_type = catalogue.get("http-request")
    context = StandaloneContext(node_type, config, [{}], scope=CallScope(headers=HEADERS))
    outcome = node_type.run(context)
    assert isinstance(outcome, Done)
    assert len(outcome.ports["out"]) == len(ledger.calls) == pages
    assert [one.query for one in ledger.calls] == [{}, {"cursor": ["Наряд"]}][:pages]
    assert bool(context.log.texts("warning")) == warned


def test_it_calls_once_per_item_with_the_item_in_its_templates(ledger: Ledger) -> None:
    config = {"url": ledger.url("/echo"), "query": {"id": "{{ $json.id }}"}, "body": {"n": "{{ $itemIndex }}"}}
    answers = call({**config, "method": "POST"}, [{"id": 5}, {"id": 6}])
    assert [answer["body"]["query"] for answer in answers] == [{"id": ["5"]}, {"id": ["6"]}]
    assert [sent.body for sent in ledger.calls] == [b'{"n":0}', b'{"n":1}']


def test_no_items_are_no_calls(ledger: Ledger) -> None:
    assert call({"url": ledger.url()}, []) == []
    assert ledger.calls == []


def test_every_call_says_which_step_and_try_it_is(ledger: Ledger) -> None:
    call({"url": ledger.url()})
    headers = ledger.calls[0].headers
    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS


def test_each_of_several_items_has_a_key_of_its_own_that_stays_the_same(ledger: Ledger) -> None:
    keys: list[str] = []
    for _ in range(2):
        call({"url": ledger.url()}, [{}, {}])
    keys = [sent.headers["idempotency-key"] for sent in ledger.calls]
    assert len({keys[0], keys[1]}) == 2
    assert all(key.rpartition(":")[2] == str(index % 2) for index, key in enumerate(keys))


@pytest.mark.parametrize(
    ("path", "body", "encoding"),
    [("/text", "Привет", "text"), ("/binary", "iVBORwAB/w==", "base64"), ("/empty", None, None)],
)
def test_a_body_that_is_no_json_comes_as_text_or_base64(
    ledger: Ledger, path: str, body: str | None, encoding: str | None
) -> None:
    (item,) = call({"url": ledger.url(path)})
    assert (item["body"], item["encoding"]) == (body, encoding)


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("/status/400", Permanent, "refused"),
        ("/status/404", Permanent, "refused"),
        ("/status/301", Permanent, "redirected"),
        ("/status/429", Transient, "rate_limited"),
        ("/status/500", Transient, "server_fault"),
        ("/status/503", Transient, "server_fault"),
        ("/notjson", Transient, "invalid_answer"),
        ("/nul", Permanent, "unsafe_answer"),
    ],
)
def test_the_status_decides_whether_another_try_may_help(
    ledger: Ledger, path: str, kind: type[Exception], code: str
) -> None:
    error = failure({"url": ledger.url(path)})
    assert (type(error), error.code) == (kind, code)
    assert error.details["host"] == "127.0.0.1"
    assert error.details["item"] == 0


def test_a_refusal_shows_what_the_server_said_and_hides_secrets(ledger: Ledger) -> None:
    error = failure({"url": ledger.url("/status/403"), "headers": {"X-Api-Key": "as you wished"}})
    assert error.details["answer"] == '{"error": "••••••••"}'
    assert error.details["status"] == 403


def test_a_server_that_names_a_time_is_waited_for_and_no_try_is_spent(ledger: Ledger) -> None:
    outcome = run("http-request", {"url": ledger.url("/status/429?retry_after=7")}, scope=CallScope())
    assert outcome == Later(7.0, "rate_limited", {"results": [], "waits": 1}, host="127.0.0.1")


def test_a_server_that_goes_on_refusing_fails_the_step_in_the_end(ledger: Ledger) -> None:
    progress = {"results": [], "waits": 20}
    with pytest.raises(Transient) as caught:
        run("http-request", {"url": ledger.url("/status/429?retry_after=7")}, scope=CallScope(), progress=progress)
    assert caught.value.retry_after == 7.0


def test_after_a_429_other_steps_wait_without_calling(ledger: Ledger) -> None:
    run("http-request", {"url": ledger.url("/status/429?retry_after=70")}, scope=CallScope())
    outcome = run("http-request", {"url": ledger.url("/json")}, scope=CallScope())
    assert isinstance(outcome, Later)
    assert 0 < outcome.seconds <= 70
    assert len(ledger.calls) == 1
    assert call({"url": ledger.url("/json"), "headers": {"Authorization": "another account"}})


def test_a_host_that_is_down_is_waited_for_without_spending_tries(ledger: Ledger) -> None:
    for _ in range(5):
        failure({"url": ledger.url("/status/500")})
    outcome = run("http-request", {"url": ledger.url("/json")}, scope=CallScope())
    assert isinstance(outcome, Later)
    assert outcome.reason == "circuit_open"
    assert outcome.seconds > 0


def test_what_was_answered_before_a_wait_is_not_asked_again(ledger: Ledger) -> None:
    config = {"url": ledger.url("{{ $json.path }}"), "method": "POST"}
    items = [{"path": "/json"}, {"path": "/status/429?retry_after=1"}]
    outcome = run("http-request", config, items, scope=CallScope())
    assert isinstance(outcome, Later)
    assert len(outcome.progress["results"]) == 1
    ledger.calls.clear()
    items[1] = {"path": "/text"}
    config["headers"] = {"Authorization": "not limited"}  # type: ignore[assignment]
    answers = call(config, items, progress=outcome.progress)
    assert [answer["encoding"] for answer in answers] == ["json", "text"]
    assert [sent.path for sent in ledger.calls] == ["/text"]


def test_many_items_are_called_in_slices_that_fit_into_the_steps_time(ledger: Ledger) -> None:
    config = {"url": ledger.url(), "timeout": 30}
    outcome = run("http-request", config, [{}, {}, {}], scope=CallScope(), seconds=20)
    assert isinstance(outcome, Later)
    assert (outcome.seconds, outcome.reason, len(outcome.progress["results"])) == (0.0, "time_slice", 1)


def test_a_server_that_hangs_is_left_after_the_timeout(ledger: Ledger) -> None:
    error = failure({"url": ledger.url("/hang"), "timeout": 0.2})
    assert (error.code, error.transient, error.details["field"]) == ("timed_out", True, "timeout")


def test_stopping_the_step_ends_a_call_at_once(ledger: Ledger) -> None:
    handle = CancelHandle()
    errors: list[Exception] = []

    def work() -> None:
        try:
            call({"url": ledger.url("/hang")}, scope=CallScope(cancel=handle))
        except Cancelled as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    ledger.wait_for_call()
    handle.cancel()
    thread.join(20)
    assert len(errors) == 1


def test_the_end_of_the_step_beats_the_timeout(ledger: Ledger) -> None:
    with pytest.raises(Transient) as caught:
        call({"url": ledger.url("/hang"), "timeout": 300}, scope=CallScope(deadline=time.monotonic() + 0.2))
    assert caught.value.code == "timed_out"


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("http://127.0.0.1:22/", "OUTBOUND_ALLOW"),
        ("http://127.0.0.1/", "OUTBOUND_ALLOW"),
        ("http://169.254.169.254/latest/meta-data/", "OUTBOUND_ALLOW"),
        ("file:///etc/passwd", "http"),
        ("http://user:secret@example.org/", "заголовке"),
    ],
)
def test_an_inner_address_is_refused_with_the_field_and_the_cure(ledger: Ledger, url: str, cure: str) -> None:
    error = failure({"url": url})
    assert (type(error), error.code, error.details["field"]) == (Permanent, "forbidden_target", "url")
    assert cure in str(error.message)
    assert "secret" not in f"{error.message} {error.details}"
    assert ledger.calls == []


def test_redirects_are_followed_when_told_to(ledger: Ledger) -> None:
    url = ledger.url("/redirect?to=/json")
    assert failure({"url": url}).details["field"] == "followRedirects"
    (item,) = call({"url": url, "followRedirects": True})
    assert item["url"] == ledger.url("/json")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": "http://a", "method": "BREW"}, "method"),
        ({"url": "http://a", "timeout": 0}, "timeout"),
        ({"url": "http://a", "timeout": 301}, "timeout"),
        ({"url": "http://a", "retries": -1}, "retries"),
        ({"url": "http://a", "retries": 11}, "retries"),
        ({"url": "http://a", "headers": {"X Y": "1"}}, "headers"),
        ({"url": "http://a", "headers": {"Host": "b"}}, "headers"),
        ({"url": "http://a", "headers": {"X": "a\r\nY: b"}}, "headers"),
        ({"url": "http://a", "headers": "X: 1"}, "headers"),
        ({"url": "http://a", "query": "a=1"}, "query"),
        ({"url": "http://a", "verb": "GET"}, "verb"),
    ],
)
def test_faults_of_the_config_are_named(config: dict[str, Any], field: str) -> None:
    assert field in faults("http-request", config)


@pytest.mark.parametrize(
    ("config", "attempts"),
    [
        ({"retries": 3}, 4),
        ({"retries": 0}, 1),
        ({"retries": "2"}, 3),
        ({}, 3),
        ({"method": "delete"}, 3),
        ({"method": "POST"}, 1),
        ({"method": "POST", "retries": 5}, 6),
        ({"method": "{{ $json.method }}"}, 1),
        ({"retries": "{{ $json.retries }}"}, 3),
        ({"retries": 99}, 3),
        ({"retries": True}, 3),
    ],
)
def test_retries_become_the_steps_retry_policy(config: dict[str, Any], attempts: int) -> None:
    assert catalogue.get("http-request").retry_for({"url": "http://a", **config}).attempts == attempts
