from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from integrations.bigquery.errors import NotConfigured
from integrations.destinations import Destination
from integrations.scope import CallScope
from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent

TYPE = "bigquery-insert"
ROWS = [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}]


class Kept:
    """What the step's dataset was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[Mapping[str, Any]], int, bool, Destination | None]] = []

    def __call__(
        self, rows: Sequence[Mapping[str, Any]], *, start: int, complete: bool, destination: Destination | None = None
    ) -> str:
        self.calls.append((list(rows), start, complete, destination))
        return "flow.node"


@pytest.fixture
def kept(settings) -> Kept:
    settings.GCP_PROJECT_ID = "demo"
    return Kept()


def test_rows_are_stored_for_the_table_and_go_on(kept):
    """S3-17: an explicit node for BigQuery goes the way of all stored rows."""
    outcome = run(TYPE, {"table": "sales", "keyFields": ["sku"]}, ROWS, scope=CallScope(rows=kept))
    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": ROWS}
    assert kept.calls == [(ROWS, 0, True, Destination("sales", ("sku",)))]


@pytest.mark.parametrize("table", ["sales; DROP", "other.sales", "`x`", "1st", "продажи"])
def test_a_table_is_a_plain_name(kept, table):
    with pytest.raises(Permanent) as refused:
        run(TYPE, {"table": table}, ROWS, scope=CallScope(rows=kept))
    assert refused.value.code == "bigquery_table_name"
    assert not kept.calls


def test_without_a_project_the_step_says_what_is_missing(settings):
    settings.GCP_PROJECT_ID = ""
    with pytest.raises(NotConfigured):
        run(TYPE, {"table": "sales"}, ROWS, scope=CallScope())


def test_a_table_has_to_be_named():
    assert "table" in faults(TYPE, {})
