"""The node type `notion`, against a service that answers as Notion does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of

PAGE = {
    "id": "p1",
    "url": "https://notion.example/p1",
    "properties": {
        "Call Name": {"type": "title", "title": [{"plain_text": "First "}, {"plain_text": "call"}]},
        "Tags": {"type": "multi_select", "multi_select": [{"name": "a"}, {"name": "b"}]},
        "Up": {"type": "checkbox", "checkbox": True},
        "Stage": {"type": "select", "select": None},
        "Of": {"type": "relation", "relation": [{"id": "x"}]},
        "Sum": {"type": "formula", "formula": {"type": "number", "number": 3}},
    },
}


def test_pages_of_a_database_come_page_by_page_with_plain_values(service: Service) -> None:
    service.answers = [
        (200, {"results": [PAGE], "has_more": True, "next_cursor": "c2"}),
        (200, {"results": [PAGE], "has_more": False, "next_cursor": None}),
    ]
    call = {"operation": "database-query", "database": "https://notion.so/Base-0f26823df50943bbb0e9e9bb4ab91217?v=1"}
    found = items_of(service, "notion", {**call, "filter": {"property": "Up", "checkbox": {"equals": True}}})
    assert [(one["id"], one["Call Name"], one["Tags"], one["Stage"]) for one in found] == [
        ("p1", "First call", ["a", "b"], None)
    ] * 2
    first, second = service.calls
    assert (first.method, first.path) == ("POST", "/v1/databases/0f26823df50943bbb0e9e9bb4ab91217/query")
    assert first.headers["notion-version"] == "2022-06-28"
    assert first.headers["authorization"] == "Bearer token-of-the-test"
    assert first.body == {"filter": {"property": "Up", "checkbox": {"equals": True}}, "page_size": 100}
    assert second.body["start_cursor"] == "c2"


def test_a_limit_ends_the_reading(service: Service) -> None:
    service.answers = [(200, {"results": [PAGE, PAGE], "next_cursor": "c2"})]
    found = items_of(
        service, "notion", {"operation": "database-query", "database": "d", "limit": 1, "simple": "prefixed"}
    )
    assert (len(found), len(service.calls), service.calls[0].body["page_size"]) == (1, 1, 1)
    assert (found[0]["name"], found[0]["property_call_name"], found[0]["property_sum"]) == (
        "First call",
        "First call",
        3,
    )


def test_a_page_is_made_and_changed(service: Service) -> None:
    service.answers = [(200, PAGE)]
    properties = {"Call Name": {"title": [{"text": {"content": "{{ $json.name }}"}}]}}
    made = {"operation": "page-create", "database": "d1", "properties": properties, "icon": "📞", "simple": "raw"}
    assert items_of(service, "notion", made, [{"name": "Ann"}]) == [PAGE]
    assert service.calls[0].body == {
        "parent": {"database_id": "d1"},
        "properties": {"Call Name": {"title": [{"text": {"content": "Ann"}}]}},
        "icon": {"type": "emoji", "emoji": "📞"},
    }
    items_of(service, "notion", {"operation": "page-update", "page": "p/1", "archived": True})
    assert (service.calls[1].method, service.calls[1].path, service.calls[1].body) == (
        "PATCH",
        "/v1/pages/p%2F1",
        {"archived": True},
    )
