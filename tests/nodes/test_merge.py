"""The node type `merge`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.items.limits import MAX_ITEMS
from workflows.node_type import Done, Permanent

CAMPAIGNS = [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]
SPENT = [{"campaign": 2, "name": "from statistics", "spend": 5}, {"campaign": 3, "spend": 1}]


def merged(config: dict[str, Any], first: list[Any], second: list[Any]) -> Any:
    return run("merge", config, inputs={"first": first, "second": second})


def test_one_stream_is_put_behind_the_other() -> None:
    assert merged({}, [{"a": 1}], [{"b": 2}, {"b": 3}]) == Done(
        {"out": [{"a": 1}, {"b": 2}, {"b": 3}]}, {"out": [("first", 0), ("second", 0), ("second", 1)]}
    )


def test_streams_are_joined_by_a_key_and_the_second_wins() -> None:
    config = {"mode": "key", "by": "id", "secondBy": "campaign"}

    assert merged(config, CAMPAIGNS, SPENT) == Done(
        {"out": [{"id": 2, "name": "from statistics", "campaign": 2, "spend": 5}]}, {"out": [("first", 1)]}
    )


def test_who_is_alone_can_be_kept_and_the_first_can_win() -> None:
    config = {"mode": "key", "by": ["id"], "secondBy": ["campaign"], "how": "outer", "prefer": "first"}

    assert merged(config, CAMPAIGNS, SPENT) == Done(
        {
            "out": [
                {"id": 1, "name": "A"},
                {"id": 2, "name": "B", "campaign": 2, "spend": 5},
                {"campaign": 3, "spend": 1},
            ]
        },
        {"out": [("first", 0), ("first", 1), ("second", 1)]},
    )


def test_streams_are_joined_by_their_place() -> None:
    assert merged({"mode": "position", "how": "left"}, [{"a": 1}, {"a": 2}], [{"b": 1}]) == Done(
        {"out": [{"a": 1, "b": 1}, {"a": 2}]}, {"out": [("first", 0), ("first", 1)]}
    )


def test_a_stream_that_did_not_come_is_empty() -> None:
    assert run("merge", {}, inputs={"second": [{"b": 1}]}) == Done({"out": [{"b": 1}]}, {"out": [("second", 0)]})


def test_the_log_warns_when_no_key_fits() -> None:
    node_type = catalogue.get("merge")
    context = StandaloneContext(
        node_type, {"mode": "key", "by": "id"}, inputs={"first": [{"id": 1}], "second": [{"id": "1"}]}
    )

    node_type.run(context)

    assert context.log.texts("info") == ["Соединено пар: 0, без пары: 0"]
    assert context.log.texts("warning") == ["Ни один ключ не совпал: проверьте поля и типы, 1 и «1» различаются"]


@pytest.mark.parametrize("config", [{}, {"mode": "key", "by": "id"}])
def test_too_many_items_are_refused(config: dict[str, Any]) -> None:
    many = [{"id": 1}] * (MAX_ITEMS // 2 + 1)

    with pytest.raises(Permanent) as failure:
        merged(config, many, many)

    assert failure.value.code == "too_many_items"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"mode": "zip"}, "mode"),
        ({"mode": "key"}, "config"),
        ({"by": "id"}, "config"),
        ({"mode": "position", "secondBy": "id"}, "config"),
        ({"mode": "key", "by": "id", "secondBy": ["a", "b"]}, "config"),
        ({"mode": "key", "by": "id["}, "by"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    assert field in faults("merge", config)
