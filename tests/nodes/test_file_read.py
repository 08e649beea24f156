"""The node type `file-read`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.pdfs import pdf
from tests.nodes.stores import carrying, items_of
from workflows.items.attached import FILES
from workflows.node_type import Permanent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "data", "config", "expected"),
    [
        ("a.csv", b"id;name\n1;Ann\n", {}, [{"id": "1", "name": "Ann"}]),
        ("a.txt", b"1,Ann\n", {"form": "csv", "header": False}, [{"column1": "1", "column2": "Ann"}]),
        ("a.json", b'{"id": 7}', {}, [{"id": 7}]),
        ("a.json", b"[1, 2]", {}, [{"data": [1, 2]}]),
        ("a.txt", "Привет".encode("cp1251"), {"to": "text"}, [{"text": "Привет"}]),
        ("a.pdf", pdf("One", "Two"), {}, [{"text": "One\n\nTwo", "numpages": 2, "info": {}}]),
        ("a.bin", b"\x00\x01", {}, [{"data": "AAE="}]),
    ],
)
def test_a_file_becomes_data(name: str, data: bytes, config: dict[str, Any], expected: Any) -> None:
    assert items_of("file-read", config, [carrying(name, data)]) == expected


def test_the_item_and_its_files_may_stay() -> None:
    [item] = items_of("file-read", {"form": "text", "to": "text", "keep": True}, [carrying("a.txt", b"x", id=1)])
    assert (item["id"], item["text"]) == (1, "x")
    assert FILES in item


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"a": 1}, "no_file"),
        ({FILES: {"data": {"id": "0199f7a0-0000-7000-8000-0000000000dd", "fileName": "a"}}}, "file_gone"),
        ({FILES: {"data": {"id": "no id", "fileName": "a"}}}, "file_gone"),
    ],
)
def test_a_file_that_is_not_there_fails_the_step(item: dict[str, Any], code: str) -> None:
    with pytest.raises(Permanent) as caught:
        items_of("file-read", {}, [item])
    assert caught.value.code == code


@pytest.mark.parametrize(("form", "data"), [("json", b"{"), ("pdf", b"no pdf"), ("pdf", pdf("One")[:90])])
def test_what_is_none_of_its_kind_is_unreadable(form: str, data: bytes) -> None:
    with pytest.raises(Permanent) as caught:
        items_of("file-read", {"form": form}, [carrying("a", data)])
    assert caught.value.code == "unreadable"
