"""The node type `sheets-read`, against Google's REST API as the fake plays it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.fakes.google_sheets import Google
from tests.nodes.context import faults
from tests.nodes.sheets import HERE, done, run
from workflows.node_type import Later, Permanent, Transient


def test_rows_become_items_with_the_names_of_the_first_row(google: Google) -> None:
    assert done(google, "sheets-read", {})["out"] == [
        {"id": 1, "name": "Анна", "C": "x", "sum": Decimal("1.5")},
        {"id": 2, "name": "Boris", "C": None, "sum": None},
    ]
    assert google.tokens == 1


def test_a_range_and_no_names(google: Google) -> None:
    found = done(google, "sheets-read", {"cells": "A1:B2", "headings": False, "values": "formatted"})["out"]
    assert found[0] == {"A": "id", "B": "name", "C": "", "D": "sum"}
    assert google.calls[0][1].endswith("%27Ann%27%27s%27%21A1%3AB2")


def test_a_date_is_read_as_it_is_shown(google: Google) -> None:
    google.tables["T1"]["Dates"] = [["day", "sum"], [date(2026, 11, 22), 1]]
    assert done(google, "sheets-read", {"sheet": "Dates"})["out"] == [{"day": "22.11.2026", "sum": 1}]


def test_an_empty_sheet_has_no_rows(google: Google) -> None:
    assert done(google, "sheets-read", {"sheet": "Empty"}) == {"out": []}


def test_a_quota_is_waited_for_and_costs_no_try(google: Google) -> None:
    google.answers = [(429, "Quota exceeded for quota metric 'Read requests'")]
    later = run(google, "sheets-read", {})
    assert isinstance(later, Later)
    assert (later.seconds, later.reason, later.host) == (30.0, "rate_limited", "127.0.0.1")


@pytest.mark.parametrize(
    ("config", "answer", "code"),
    [
        ({}, (403, "The caller does not have permission"), "sheets_access_missing"),
        ({"table": "T2"}, None, "sheet_not_found"),
        ({"sheet": "March"}, None, "sheet_range_refused"),
    ],
)
def test_refusals_say_what_cures_them(
    google: Google, config: dict[str, str], answer: tuple[int, str] | None, code: str
) -> None:
    google.answers = [answer] if answer else []
    with pytest.raises(Permanent) as caught:
        run(google, "sheets-read", config)
    assert caught.value.code == code
    assert caught.value.details["answer"]


def test_a_fault_of_google_may_pass(google: Google) -> None:
    google.answers = [(503, "Service unavailable")]
    with pytest.raises(Transient):
        run(google, "sheets-read", {})


def test_a_wrong_config_is_found_on_save() -> None:
    assert set(faults("sheets-read", {"cells": "A1;B2", "table": ""})) == {"cells", "table", "credential"}
    assert faults("sheets-read", HERE) == {}


def test_rows_can_be_chosen_and_numbered(google: Google) -> None:
    config = {"where": [{"column": "id", "value": "2"}], "rowNumber": True, "empty": "text"}
    assert done(google, "sheets-read", config)["out"] == [
        {"row_number": 4, "id": 2, "name": "Boris", "C": "", "sum": ""}
    ]
    assert len(done(google, "sheets-read", {"first": True})["out"]) == 1
