"""The node type `supabase`, against a service that answers as Supabase does."""

from __future__ import annotations

from urllib.parse import unquote

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_rows_are_added_found_changed_and_deleted(service: Service) -> None:
    service.answers = [(201, [{"id": 1}]), (200, [{"id": 1}]), (200, [{"id": 1}]), (204, "")]
    added = items_of(service, "supabase", {"operation": "row-create", "table": "data", "row": {"input": {"a": 1}}})
    found = items_of(
        service, "supabase", {"operation": "row-find", "table": "data", "filter": "id=gt.0&id=lt.9", "most": 5}
    )
    items_of(service, "supabase", {"operation": "row-update", "table": "data", "filter": "id=eq.1", "row": {"b": 2}})
    gone = items_of(service, "supabase", {"operation": "row-delete", "table": "data", "filter": "metadata->>id=like.7"})
    assert (added, found, gone) == ([{"id": 1}], [{"id": 1}], [{}])
    assert [(call.method, unquote(call.path), call.body) for call in service.calls] == [
        ("POST", "/rest/v1/data", {"input": {"a": 1}}),
        ("GET", "/rest/v1/data?id=gt.0&id=lt.9&limit=5", None),
        ("PATCH", "/rest/v1/data?id=eq.1", {"b": 2}),
        ("DELETE", "/rest/v1/data?metadata->>id=like.7", None),
    ]
    assert service.calls[0].headers["apikey"] == "token-of-the-test"
