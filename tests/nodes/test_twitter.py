"""The node type `twitter`, against a service that answers as X does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_a_post_goes_out_and_is_taken_back(service: Service) -> None:
    service.answers = [(201, {"data": {"id": "1", "text": "Hi 5"}}), (200, {"data": {"deleted": True}})]
    assert items_of(service, "twitter", {"operation": "post-create", "text": "Hi {{ $json.n }}"}, [{"n": 5}]) == [
        {"id": "1", "text": "Hi 5"}
    ]
    assert items_of(service, "twitter", {"operation": "post-delete", "post": "1"}) == [{"deleted": True}]
    assert [(call.method, call.path, call.body) for call in service.calls] == [
        ("POST", "/2/tweets", {"text": "Hi 5"}),
        ("DELETE", "/2/tweets/1", None),
    ]
