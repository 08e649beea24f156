"""The node type `loop`."""

from __future__ import annotations

import pytest

from tests.nodes.context import run
from workflows.node_type import Done, Pass, Permanent

ITEMS = [{"n": 1}, {"n": 2}, {"n": 3}]


def test_items_go_out_in_batches_until_none_is_left() -> None:
    assert run("loop", {"batchSize": 2}, ITEMS) == Pass(items=ITEMS[:2], progress=[2, 1])
    assert run("loop", {"batchSize": 2}, ITEMS, progress=[2, 1]) == Pass(items=ITEMS[2:], progress=[3, 2])
    assert run("loop", {"batchSize": 2}, ITEMS, progress=[3, 2]) == Done({"done": ITEMS})


def test_what_the_body_returned_comes_out_in_the_end() -> None:
    assert run("loop", {}, ITEMS, progress=[3, 3], returned=[{"sum": 6}]) == Done({"done": [{"sum": 6}]})


def test_no_items_need_no_pass() -> None:
    assert run("loop", {}, []) == Done({"done": []})


def test_more_passes_than_allowed_are_refused() -> None:
    with pytest.raises(Permanent) as refused:
        run("loop", {"maxIterations": 2}, ITEMS, progress=[2, 2])
    assert refused.value.code == "loop_limit"
