"""The node type `wait-event`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Permanent, Wait


def test_it_asks_to_sleep_until_an_event() -> None:
    assert run("wait-event", {"event": "order.paid"}) == Wait(
        event="order.paid", on_event="received", on_timeout="timeout"
    )


def test_the_subject_may_come_from_the_item_and_may_be_a_number() -> None:
    config = {"event": "order.paid", "subject": "{{ $json.id }}", "timeoutSeconds": 60}
    outcome = run("wait-event", config, [{"id": 42}])
    assert isinstance(outcome, Wait)
    assert (outcome.subject, outcome.seconds) == ("42", 60)


def test_it_may_wait_until_a_time() -> None:
    outcome = run("wait-event", {"event": "order.paid", "until": "2026-03-01T12:00:00+03:00"})
    assert isinstance(outcome, Wait)
    assert outcome.until is not None
    assert outcome.until.astimezone(UTC) == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("subject", [None, {"a": 1}, "x" * 201])
def test_what_is_no_subject_fails_the_step(subject: Any) -> None:
    with pytest.raises(Permanent) as failure:
        run("wait-event", {"event": "order.paid", "subject": "{{ $json.id }}"}, [{"id": subject}])
    assert (failure.value.code, failure.value.details["field"]) == ("config_invalid", "subject")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "event"),
        ({"event": ""}, "event"),
        ({"event": "Order Paid"}, "event"),
        ({"event": "заказ.оплачен"}, "event"),
        ({"event": "x" * 201}, "event"),
        ({"event": "order.paid\n"}, "event"),
        ({"event": "a", "timeoutSeconds": 0}, "timeoutSeconds"),
        ({"event": "a", "timeoutSeconds": 10**10}, "timeoutSeconds"),
        ({"event": "a", "until": "tomorrow"}, "until"),
        ({"event": "a", "timeoutSeconds": 1, "until": "2026-03-01T12:00:00Z"}, "config"),
    ],
)
def test_faults_are_named(config: dict[str, Any], field: str) -> None:
    assert field in faults("wait-event", config)


def test_a_name_may_be_a_template() -> None:
    assert faults("wait-event", {"event": "{{ $json.event }}"}) == {}
