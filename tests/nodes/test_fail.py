"""The node type `fail`."""

from __future__ import annotations

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent, Transient


def test_it_fails_for_good_by_default() -> None:
    with pytest.raises(Permanent) as failure:
        run("fail", {"message": "Стоп {{ $json.name }}"}, [{"name": "a"}])

    assert (failure.value.code, failure.value.message) == ("failed_on_purpose", "Стоп a")


def test_it_can_fail_in_passing() -> None:
    with pytest.raises(Transient):
        run("fail", {"transient": True})


def test_it_works_after_so_many_failures() -> None:
    with pytest.raises(Transient):
        run("fail", {"transient": True, "times": 2}, [{"a": 1}], tries=1)

    assert run("fail", {"transient": True, "times": 2}, [{"a": 1}], tries=2) == Done({"out": [{"a": 1}]})


def test_zero_times_never_fails() -> None:
    assert run("fail", {"times": 0}, [{"a": 1}]) == Done({"out": [{"a": 1}]})


def test_a_bad_config_is_named() -> None:
    assert set(faults("fail", {"times": -1, "transient": "maybe"})) == {"times", "transient"}
