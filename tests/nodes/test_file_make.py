"""The node type `file-make`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.stores import content, items_of
from workflows.items.attached import files_of
from workflows.node_type import Permanent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("config", "expected", "name"),
    [
        ({}, b"id,name\r\n1,Ann\r\n2,=B\r\n".replace(b"=B", b"'=B"), "file.csv"),
        ({"form": "json", "name": "all.json"}, b'[{"id":1,"name":"Ann"},{"id":2,"name":"=B"}]', "all.json"),
    ],
)
def test_all_items_become_one_file(config: dict[str, Any], expected: bytes, name: str) -> None:
    [item] = items_of("file-make", config, [{"id": 1, "name": "Ann"}, {"id": 2, "name": "=B"}])
    assert content(item).replace(b" ", b"") == expected
    assert files_of(item)["data"]["fileName"] == name


def test_a_table_may_be_html_or_a_workbook() -> None:
    [page] = items_of("file-make", {"form": "html"}, [{"a": "<b>"}])
    assert b"<td>&lt;b&gt;</td>" in content(page)
    [book] = items_of("file-make", {"form": "xlsx"}, [{"a": 1}])
    assert items_of("file-read", {}, [book]) == [{"a": 1}]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"form": "text", "field": "text"}, b"Hi"),
        ({"form": "base64", "field": "coded", "mime": "image/png"}, b"Hi"),
        ({"form": "json", "each": True, "field": "list"}, b"[1]"),
    ],
)
def test_each_item_becomes_a_file(config: dict[str, Any], expected: bytes) -> None:
    items = items_of("file-make", {**config, "keep": True}, [{"text": "Hi", "coded": "SGk=", "list": [1]}] * 2)
    assert [content(item) for item in items] == [expected] * 2
    assert items[0]["text"] == "Hi"


def test_a_source_is_needed() -> None:
    assert faults("file-make", {"form": "text"})
    with pytest.raises(Permanent) as caught:
        items_of("file-make", {"form": "base64", "field": "a"}, [{"a": "?"}])
    assert caught.value.code == "not_a_file"


def test_a_file_has_a_limit(settings: Any) -> None:
    settings.FILE_MAX_BYTES = 3
    with pytest.raises(Permanent) as caught:
        items_of("file-make", {"form": "text", "field": "a"}, [{"a": "long"}])
    assert caught.value.code == "file_too_large"
