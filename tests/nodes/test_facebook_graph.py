"""The node type `facebook-graph`, against a service that answers as the Graph API does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_an_edge_is_written_with_its_parameters(service: Service) -> None:
    service.answers = [(200, {"id": "1_2"})]
    call = {"operation": "write", "node": "42", "edge": "media_publish", "query": {"caption": "{{ $json.text }}"}}
    assert items_of(service, "facebook-graph", call, [{"text": "a b"}]) == [{"id": "1_2"}]
    assert (service.calls[0].method, service.calls[0].path) == ("POST", "/v20.0/42/media_publish?caption=a+b")
