"""The node type `set`."""

from __future__ import annotations

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent


def test_values_are_put_into_fields_and_keep_their_type() -> None:
    config = {"fields": [{"name": "a.b", "value": "{{ $json.list }}"}, {"name": "n", "value": 5}]}

    assert run("set", config, [{"list": [1]}, {"list": None}]) == Done(
        {"out": [{"list": [1], "a": {"b": [1]}, "n": 5}, {"list": None, "a": {"b": None}, "n": 5}]}
    )


def test_only_the_new_fields_may_be_kept() -> None:
    config = {"fields": [{"name": "n", "value": "{{ $json.old }}"}], "keepRest": False}

    assert run("set", config, [{"old": 1}]) == Done({"out": [{"n": 1}]})


def test_no_items_stay_no_items() -> None:
    assert run("set", {"fields": [{"name": "n", "value": 1}]}, []) == Done({"out": []})


def test_a_field_inside_a_text_is_refused_by_name() -> None:
    with pytest.raises(Permanent) as failure:
        run("set", {"fields": [{"name": "a.b", "value": 1}]}, [{}, {"a": "text"}])

    assert failure.value.details == {"field": "a.b", "item": 1}


def test_faults_are_named_with_their_place() -> None:
    assert set(faults("set", {})) == {"fields"}
    assert set(faults("set", {"fields": []})) == {"fields"}
    assert set(faults("set", {"fields": [{"name": "a[0]"}], "other": 1})) == {
        "fields[0].name",
        "fields[0].value",
        "other",
    }
