"""The node type `limit`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"count": 2}, [0, 1]),
        ({"count": 2, "offset": 1}, [1, 2]),
        ({"count": 2, "from": "last"}, [3, 4]),
        ({"count": 2, "from": "last", "offset": 1}, [2, 3]),
        ({"count": 9}, [0, 1, 2, 3, 4]),
        ({"count": 9, "from": "last", "offset": 3}, [0, 1]),
        ({"count": 1, "offset": 7}, []),
        ({"count": 1, "offset": 7, "from": "last"}, []),
    ],
)
def test_items_of_one_end_go_on_in_their_order(config: dict[str, Any], expected: list[int]) -> None:
    items = [{"n": index} for index in range(5)]

    assert run("limit", config, items) == Done(
        {"out": [items[index] for index in expected]}, {"out": [("in", index) for index in expected]}
    )


def test_faults_are_named() -> None:
    assert set(faults("limit", {})) == {"count"}
    assert set(faults("limit", {"count": 0, "offset": -1, "from": "middle"})) == {"count", "offset", "from"}
