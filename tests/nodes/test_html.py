"""The node type `html`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent

PAGE = """<html><head><title>Shop</title><style>p{}</style></head><body>
<p class="a b">One <b>two</b></p><p>Three</p><a href="/x">x</a><script>secret()</script></body></html>"""


def out(extract: list[Any] | None = None, page: Any = PAGE) -> Any:
    outcome = run("html", {"field": "page", "to": "found", "extract": extract or []}, [{"page": page}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]["found"]


def test_without_selectors_the_text_of_the_page_is_taken() -> None:
    assert out() == "Shop\nOne\ntwo\nThree\nx"


def test_selectors_find_texts_attributes_and_pieces() -> None:
    found = out(
        [
            {"name": "first", "selector": "p"},
            {"name": "all", "selector": "p", "many": True},
            {"name": "link", "selector": "a", "what": "attribute", "attribute": "href"},
            {"name": "classes", "selector": "p", "what": "attribute", "attribute": "class"},
            {"name": "inside", "selector": "p.a", "what": "html"},
            {"name": "none", "selector": "table"},
            {"name": "no ones", "selector": "table", "many": True},
        ]
    )
    assert found == {
        "first": "One two",
        "all": ["One two", "Three"],
        "link": "/x",
        "classes": "a b",
        "inside": "One <b>two</b>",
        "none": None,
        "no ones": [],
    }


def test_a_selector_that_is_none_is_told() -> None:
    with pytest.raises(Permanent) as failure:
        out([{"name": "x", "selector": "p["}])

    assert failure.value.code == "unreadable"


def test_whatever_comes_is_read() -> None:
    assert out(page="<div>" * 20_000 + "x") == "x"
    assert out(page=5) == "5"
    assert out(page="") == ""


def test_faults_are_named() -> None:
    assert set(faults("html", {"extract": [{"name": "a", "selector": "b", "attribute": "c"}]})) == {
        "field",
        "extract[0]",
    }
