"""The node type `compare`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done


def compared(config: dict[str, Any], first: list[Any], second: list[Any]) -> Any:
    node_type = catalogue.get("compare")
    outcome = node_type.run(StandaloneContext(node_type, config, inputs={"first": first, "second": second}))
    assert isinstance(outcome, Done)
    return outcome.ports


FIRST = [{"id": 1, "a": 1}, {"id": 2, "a": 2}, {"id": 3, "a": 3}]
SECOND = [{"id": 2, "a": 2}, {"id": 3, "a": 4}, {"id": 9}]


@pytest.mark.parametrize(
    ("prefer", "different"),
    [("first", FIRST[2]), ("second", SECOND[1]), ("both", {"first": FIRST[2], "second": SECOND[1]})],
)
def test_every_item_goes_where_it_belongs(prefer: str, different: Any) -> None:
    assert compared({"by": "id", "prefer": prefer}, FIRST, SECOND) == {
        "only_first": [FIRST[0]],
        "same": [FIRST[1]],
        "different": [different],
        "only_second": [SECOND[2]],
    }


def test_fields_may_be_left_out_and_keys_named_otherwise() -> None:
    ports = compared({"by": "id", "secondBy": "key", "skip": ["a"]}, [{"id": 1, "a": 1}], [{"key": 1, "a": 2}])
    assert list(ports) == ["same"]


def test_keys_have_to_fit() -> None:
    assert faults("compare", {"by": ["a", "b"], "secondBy": "c"})
