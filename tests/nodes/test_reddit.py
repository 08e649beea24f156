"""The node type `reddit`, against a service that answers as Reddit does."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def listing(number: int, after: str | None) -> tuple[int, Any]:
    return 200, {"data": {"after": after, "children": [{"kind": "t3", "data": {"id": str(number)}}]}}


def test_posts_are_found_over_pages(service: Service) -> None:
    service.answers = [listing(1, "t3_1"), listing(2, None)]
    found = items_of(service, "reddit", {"operation": "post-search", "search": "n8n", "sort": "new", "limit": 30})
    assert [one["id"] for one in found] == ["1", "2"]
    assert parse_qs(service.calls[1].path.partition("?")[2]) == {
        "q": ["n8n"],
        "sort": ["new"],
        "limit": ["30"],
        "after": ["t3_1"],
    }


def test_one_subreddit_is_searched(service: Service) -> None:
    service.answers = [listing(1, None)]
    items_of(service, "reddit", {"operation": "post-search-in", "subreddit": "n8n", "search": "a"})
    assert service.calls[0].path.startswith("/r/n8n/search.json?restrict_sr=1&")
