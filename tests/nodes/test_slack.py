"""The node type `slack`, against a service that answers as Slack does."""

from __future__ import annotations

import pytest

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of, run
from workflows.node_type import Later, Permanent

POST = {"operation": "message-post", "channel": "#alerts", "text": "Order {{ $json.id }}"}


def test_each_item_is_a_message_with_a_key_of_its_own(service: Service) -> None:
    service.answers = [(200, {"ok": True, "channel": "C1", "ts": "1.2", "message": {"text": "Order 1"}})]
    found = items_of(service, "slack", POST, [{"id": 1}, {"id": 2}])
    assert [one["ts"] for one in found] == ["1.2", "1.2"]
    assert [call.body for call in service.calls] == [
        {"channel": "#alerts", "text": "Order 1"},
        {"channel": "#alerts", "text": "Order 2"},
    ]
    keys = {call.headers["idempotency-key"] for call in service.calls}
    assert (service.calls[0].path, len(keys)) == ("/chat.postMessage", 2)


def test_blocks_come_out_of_their_envelope(service: Service) -> None:
    service.answers = [(200, {"ok": True})]
    items_of(service, "slack", {**POST, "blocks": {"blocks": [{"type": "divider"}]}}, [{"id": 1}])
    assert service.calls[0].body["blocks"] == [{"type": "divider"}]


def test_a_no_that_comes_with_200_fails_the_step_for_good(service: Service) -> None:
    service.answers = [(200, {"ok": False, "error": "channel_not_found"})]
    with pytest.raises(Permanent) as caught:
        run(service, "slack", POST, [{"id": 1}])
    assert (caught.value.code, caught.value.details["answer"]) == ("vendor_refused", "channel_not_found")


def test_a_limit_is_waited_for_and_what_was_sent_is_kept(service: Service) -> None:
    service.answers = [(200, {"ok": True, "ts": "1"}), (429, {"ok": False})]
    later = run(service, "slack", POST, [{"id": 1}, {"id": 2}])
    assert isinstance(later, Later)
    assert (later.seconds, [one[0]["ts"] for one in later.progress["results"]]) == (10.0, ["1"])
