"""The node type `sheets-append`, against Google's REST API as the fake plays it."""

from __future__ import annotations

import pytest

from tests.fakes.google_sheets import Google
from tests.nodes.sheets import done, run
from workflows import catalogue
from workflows.node_type import Later, Permanent, Transient


def test_items_become_rows_under_the_names_of_the_sheet(google: Google) -> None:
    items = [{"name": "Вера", "id": 3, "other": 1}, {"id": 4, "sum": None, "name": {"a": [1]}}]
    assert done(google, "sheets-append", {}, items) == {"out": items}
    assert google.tables["T1"]["Ann's"][-2:] == [[3, "Вера", "", ""], [4, '{"a":[1]}', "", ""]]


def test_an_empty_sheet_gets_names_first(google: Google) -> None:
    done(google, "sheets-append", {"sheet": "Empty"}, [{"a": 1}, {"b": True}])
    assert google.tables["T1"]["Empty"] == [["a", "b"], [1, ""], ["", True]]


def test_formulas_stay_texts_unless_asked_for(google: Google) -> None:
    for values, written in (("raw", "RAW"), ("entered", "USER_ENTERED")):
        done(google, "sheets-append", {"columns": ["name"], "values": values}, [{"name": "=1+1"}])
        assert google.calls[-1][2]["valueInputOption"] == written


def test_what_was_added_is_not_added_again_after_a_wait(google: Google) -> None:
    google.tables["T1"]["Empty"] = [["n"]]
    config, items = {"sheet": "Empty", "columns": ["n"]}, [{"n": number} for number in range(2001)]
    done(google, "sheets-append", config, items, {"done": 2000, "columns": ["n"]})
    assert google.tables["T1"]["Empty"] == [["n"], [2000]]
    google.answers = [(429, "Quota exceeded")]
    later = run(google, "sheets-append", config, items, {"done": 2000, "columns": ["n"]})
    assert isinstance(later, Later)
    assert (later.seconds, later.progress["done"]) == (30.0, 2000)


def test_nothing_is_asked_for_no_items(google: Google) -> None:
    assert done(google, "sheets-append", {}, []) == {"out": []}
    assert google.calls == []


def test_a_call_of_unknown_end_is_not_repeated_by_itself(google: Google) -> None:
    node_type = catalogue.get("sheets-append")
    assert (node_type.repeatable, node_type.retry.attempts) == (False, 1)
    google.answers = [(500, "Internal error")]
    with pytest.raises(Transient):
        run(google, "sheets-append", {"columns": ["a"]}, [{"a": 1}])
    google.answers = [(403, "The caller does not have permission")]
    with pytest.raises(Permanent):
        run(google, "sheets-append", {"columns": ["a"]}, [{"a": 1}])


def test_what_is_written_can_be_said_and_new_columns_are_added(google: Google) -> None:
    google.tables["T1"]["Empty"] = [["n"]]
    config = {"sheet": "Empty", "row": {"n": "{{ $json.a }}", "more": "x"}, "newColumns": True}
    assert done(google, "sheets-append", config, [{"a": 1}]) == {"out": [{"n": 1, "more": "x"}]}
    assert google.tables["T1"]["Empty"] == [["n", "more"], [1, "x"]]


def test_names_of_columns_can_be_paths(google: Google) -> None:
    google.tables["T1"]["Empty"] = [["a.b", "c"]]
    done(google, "sheets-append", {"sheet": "Empty", "paths": True}, [{"a": {"b": 1}}])
    assert google.tables["T1"]["Empty"][1:] == [[1, ""]]
