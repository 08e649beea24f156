"""The node type `sheets-update`, against Google's REST API as the fake plays it."""

from __future__ import annotations

import pytest

from tests.fakes.google_sheets import Google
from tests.nodes.sheets import done, run
from workflows.node_type import Later, Permanent


def test_rows_are_found_by_a_column_and_other_cells_stay(google: Google) -> None:
    items = [{"id": "2", "sum": 7}, {"id": 9, "sum": 1}]
    for _repeated in range(2):
        assert done(google, "sheets-update", {"by": "id"}, items) == {"updated": [items[0]], "missing": [items[1]]}
    assert google.tables["T1"]["Ann's"][3] == ["2", "Boris", "", 7]
    assert google.tables["T1"]["Ann's"][1] == [1, "Анна", "x", 1.5]


def test_a_column_that_is_not_there_is_told(google: Google) -> None:
    with pytest.raises(Permanent) as caught:
        run(google, "sheets-update", {"by": "phone"}, [{"phone": 1}])
    assert (caught.value.code, caught.value.details) == ("sheet_column_missing", {"column": "phone"})


def test_a_quota_is_waited_for(google: Google) -> None:
    google.answers = [(429, "Quota exceeded")]
    assert isinstance(run(google, "sheets-update", {"by": "id"}, [{"id": 1}]), Later)


def test_nothing_is_asked_for_no_items(google: Google) -> None:
    assert done(google, "sheets-update", {"by": "id"}, []) == {"updated": []}
    assert google.calls == []


def test_a_row_that_is_not_there_can_be_added(google: Google) -> None:
    config = {"by": "id", "absent": "append", "row": {"id": "{{ $json.n }}", "new": "x"}, "newColumns": True}
    found = done(google, "sheets-update", config, [{"n": 2}, {"n": 9}])
    assert found == {"updated": [{"id": 2, "new": "x"}, {"id": 9, "new": "x"}]}
    rows = google.tables["T1"]["Ann's"]
    assert (rows[0][-1], rows[3][0], rows[3][-1], rows[4][0], rows[4][-1]) == ("new", 2, "x", 9, "x")
