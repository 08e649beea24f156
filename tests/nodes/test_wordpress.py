"""The node type `wordpress`, against a service that answers as WordPress does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_all_pages_of_a_list_are_read(service: Service) -> None:
    service.answers = [(200, [{"id": number} for number in range(100)]), (200, [{"id": 100}])]
    found = items_of(service, "wordpress", {"operation": "content-list", "kind": "pages"}, kind="basic")
    assert [one["id"] for one in found] == list(range(101))
    assert [call.path for call in service.calls] == [
        "/wp-json/wp/v2/pages?per_page=100&page=1",
        "/wp-json/wp/v2/pages?per_page=100&page=2",
    ]
    assert service.calls[0].headers["authorization"].startswith("Basic ")


def test_a_post_is_made(service: Service) -> None:
    service.answers = [(201, {"id": 5})]
    call = {"operation": "content-create", "title": "News", "status": "draft"}
    assert items_of(service, "wordpress", call, kind="basic") == [{"id": 5}]
    assert (service.calls[0].path, service.calls[0].body) == (
        "/wp-json/wp/v2/posts",
        {"title": "News", "status": "draft"},
    )
