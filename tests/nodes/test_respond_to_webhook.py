"""The node type `respond-to-webhook`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent
from workflows.notes import Answer

ITEMS = [{"n": 1}, {"n": 2}]


def answer(config: dict[str, Any], items: list[Any] = ITEMS) -> Any:
    outcome = run("respond-to-webhook", config, items)
    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": items}
    (note,) = outcome.notes
    return note


def test_the_first_item_is_the_answer() -> None:
    """S0-14: respond to a webhook."""
    assert answer({}) == Answer(200, {}, {"n": 1})


def test_all_items_can_be_the_answer_or_none() -> None:
    assert answer({"what": "items"}).body == ITEMS
    assert answer({"what": "nothing", "status": 204}) == Answer(204, {}, None)
    assert answer({}, []).body == {}


def test_a_body_that_is_written_is_the_answer() -> None:
    """It was left out without a word unless `what` was written, too."""
    assert answer({"body": {"sum": 3}}).body == {"sum": 3}
    assert answer({"body": {"sum": 3}, "what": "item"}).body == {"n": 1}


def test_status_headers_and_body_can_be_written() -> None:
    """S0-15: invalid input gets an answer of its own."""
    config = {
        "status": "{{ $json.status }}",
        "what": "body",
        "body": {"error": "n is {{ $json.n }}"},
        "headers": {"X-Reason": "{{ $json.why }}"},
    }
    assert answer(config, [{"status": 422, "n": 7, "why": "range"}]) == Answer(
        422, {"X-Reason": "range"}, {"error": "n is 7"}
    )


def test_an_answer_has_a_size() -> None:
    with pytest.raises(Permanent) as failure:
        answer({"what": "items"}, [{"text": "x" * 1_000_001}])

    assert failure.value.code == "answer_too_large"


@pytest.mark.parametrize(
    "header",
    [
        {"Set-Cookie": "a=b"},
        {"content-length": "1"},
        {"a b": "c"},
        {"a": "b\r\nc: d"},
        {"Content-Security-Policy": "default-src *"},
        {"X-Accel-Redirect": "/metrics"},
        {"X-Sendfile": "/etc/passwd"},
        {"Clear-Site-Data": '"*"'},
        {"Service-Worker-Allowed": "/"},
        {"NEL": '{"report_to": "x", "max_age": 1}'},
        {"Report-To": "{}"},
        {"Alt-Svc": 'h2="evil.example:443"'},
    ],
)
def test_a_header_that_could_do_harm_is_refused(header: dict[str, str]) -> None:
    """S32: also those by which an answer speaks for the whole address, or to the proxy in front of it."""
    assert "headers" in {field.split(".")[0] for field in faults("respond-to-webhook", {"headers": header})}


def test_faults_are_named() -> None:
    assert set(faults("respond-to-webhook", {"status": 100, "what": "all"})) == {"status", "what"}
