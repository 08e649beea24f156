"""Stored rows arrive in BigQuery once, whatever happens on the way. Against `tests/fakes/local_bigquery`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounts import failpoints
from accounts.clock import Clock
from integrations import shipments
from integrations.models import OutboxMessage, RejectedRow, Shipment, WarehouseLoad, WarehouseTable
from tests.integration.bigquery.conftest import Ask, Write, deliver, later

pytestmark = pytest.mark.long

DAY = [
    {"campaignId": 7, "date": "2026-11-20", "spend": Decimal("10.10"), "Кампания": "Лето"},
    {"campaignId": 8, "date": "2026-11-20", "spend": 3, "Кампания": None},
]


class Crash(Exception):
    """A worker that is gone at this place."""


def crash_at(place: str) -> Any:
    def visitor(reached: str) -> None:
        if reached == place:
            raise Crash

    return visitor


def test_raw_rows_arrive_as_they_are(write: Write, ask: Ask) -> None:
    """S3-17: raw data are saved by themselves, in a table with time, run, node, campaign and day beside the row."""
    run = write([{"campaignId": 7, "date": "2026-11-20", "spend": Decimal("12345678901234567890.10")}], kind="raw")
    assert deliver() == 1
    (row,) = ask("SELECT * FROM raw_sales_metrics")
    assert (row["execution_id"], row["node_id"], row["row_key"]) == (str(run), "metrics", f"{run}:metrics:0")
    assert (row["campaign_id"], row["stat_date"]) == (7, "2026-11-20")
    assert row["raw"] == {"campaignId": 7, "date": "2026-11-20", "spend": "12345678901234567890.10"}
    assert row["batch_id"] == WarehouseLoad.objects.get().id.hex


def test_processed_rows_arrive_in_typed_columns(write: Write, ask: Ask) -> None:
    """S3-17: processed data are saved by themselves; money keeps every digit."""
    write(DAY)
    deliver()
    first, second = ask("SELECT campaignId, date, spend, Kampaniya FROM sales_metrics ORDER BY campaignId")
    assert first == {"campaignId": 7, "date": "2026-11-20", "spend": Decimal("10.1"), "Kampaniya": "Лето"}
    assert second == {"campaignId": 8, "date": "2026-11-20", "spend": 3, "Kampaniya": None}
    kinds = {key: kind for key, _name, kind in WarehouseTable.objects.get().columns}
    assert kinds == {"campaignId": "INT64", "date": "DATE", "spend": "NUMERIC", "Кампания": "STRING"}


def test_telling_it_again_changes_nothing(write: Write, ask: Ask) -> None:
    """S3-17: replay changes nothing."""
    run = write(DAY)
    deliver()
    write(DAY, run=run)
    assert deliver() == 0
    OutboxMessage.objects.update(state="waiting", available_at=Clock())
    assert deliver() == 1
    assert (WarehouseLoad.objects.count(), len(ask("SELECT * FROM sales_metrics"))) == (1, 2)


@pytest.mark.parametrize("kind", ["raw", "processed"])
def test_a_relay_that_dies_between_load_and_record_doubles_nothing(
    write: Write, ask: Ask, settings: Any, kind: str
) -> None:
    """S3-17: the same job is found under its id by whoever takes the message next."""
    settings.TESTING = True
    write(DAY, kind=kind)
    with failpoints.watched(crash_at("bigquery.loaded")):
        deliver()
    assert WarehouseLoad.objects.get().loaded_at is None
    later(10)
    deliver()
    assert WarehouseLoad.objects.get().loaded_at is not None
    name = "raw_sales_metrics" if kind == "raw" else "sales_metrics"
    assert [row["n"] for row in ask(f"SELECT count(*) AS n FROM {name}")] == [2]


def test_rows_written_anew_during_a_load_travel_with_the_next(write: Write, ask: Ask, settings: Any) -> None:
    settings.TESTING = True
    run = write([{"n": 1}], kind="raw")
    other = write([{"n": 5}], kind="raw")
    with failpoints.watched(crash_at("bigquery.loaded")):
        deliver()
    write([{"n": 2}], run=run, kind="raw")
    later(10)
    while deliver():
        pass
    rows = ask("SELECT execution_id, JSON_VALUE(raw, '$.n') AS n FROM raw_sales_metrics ORDER BY n")
    assert [(row["execution_id"], row["n"]) for row in rows] == [(str(run), "1"), (str(run), "2"), (str(other), "5")]


def test_a_second_output_of_a_step_replaces_its_processed_rows(write: Write, ask: Ask) -> None:
    run = write(DAY)
    stays = write(DAY[:1])
    deliver()
    write([{"campaignId": 9, "spend": 1}], run=run)
    deliver()
    rows = ask("SELECT execution_id, campaignId FROM sales_metrics ORDER BY campaignId")
    assert [(row["execution_id"], row["campaignId"]) for row in rows] == [(str(stays), 7), (str(run), 9)]
    write([], run=run)
    deliver()
    assert len(ask("SELECT * FROM sales_metrics")) == 1


def test_new_keys_become_columns_and_other_kinds_of_values_stand_beside(write: Write, ask: Ask) -> None:
    """S3-17: schema evolution adds nullable columns and never changes a type."""
    write([{"spend": 1}])
    deliver()
    write([{"spend": "n/a", "clicks": 4, "seen": True}])
    deliver()
    rows = ask("SELECT spend, clicks, seen, raw FROM sales_metrics ORDER BY clicks NULLS FIRST")
    assert rows == [
        {"spend": 1, "clicks": None, "seen": None, "raw": None},
        {"spend": None, "clicks": 4, "seen": True, "raw": {"spend": "n/a"}},
    ]


def test_a_bad_row_is_put_aside_and_the_others_arrive(write: Write, ask: Ask) -> None:
    """S3-17: one bad row does not cost the others; it is kept, can be seen, and can be sent again."""
    run = write([{"n": 1}, {"n": Decimal("1e40")}, {"n": 3}])
    deliver()
    assert [row["n"] for row in ask("SELECT n FROM sales_metrics ORDER BY n")] == [1, 3]
    reject = RejectedRow.objects.get()
    assert (reject.position, reject.field, reject.reason, reject.row) == (
        1,
        "n",
        "out_of_range",
        {"n": Decimal("1e40")},
    )
    write([{"n": 1}, {"n": 2}, {"n": 3}], run=run)
    deliver()
    assert [row["n"] for row in ask("SELECT n FROM sales_metrics ORDER BY n")] == [1, 2, 3]
    assert not RejectedRow.objects.exists()


def test_a_shipment_can_be_sent_again(write: Write, ask: Ask) -> None:
    write(DAY)
    deliver()
    ask("DELETE FROM sales_metrics WHERE true")
    assert shipments.send_again(list(Shipment.objects.values_list("pk", flat=True))) == 1
    deliver()
    assert len(ask("SELECT * FROM sales_metrics")) == 2


def test_shipments_of_one_table_travel_together(write: Write, ask: Ask, settings: Any) -> None:
    """A table may be changed 1500 times a day: after a load the next one waits, and takes all that has come since."""
    settings.BIGQUERY_BATCH_SECONDS = 60.0
    write([{"n": 1}])
    deliver()
    for number in (2, 3, 4):
        write([{"n": number}])
    assert deliver() == 0
    later(61)
    assert deliver() == 1
    assert WarehouseLoad.objects.count() == 2
    assert len(ask("SELECT * FROM sales_metrics")) == 4


def test_a_table_that_was_dropped_comes_back(write: Write, ask: Ask) -> None:
    write(DAY)
    deliver()
    ask("DROP TABLE sales_metrics")
    write([{"campaignId": 1}])
    deliver()
    later(100)
    deliver()
    assert len(ask("SELECT * FROM sales_metrics")) == 1


def test_rows_written_piece_by_piece_leave_when_they_are_complete(write: Write, ask: Ask) -> None:
    run = write([{"n": 1}, {"n": 2}], kind="raw", complete=False)
    assert deliver() == 0
    write([{"n": 3}], run=run, kind="raw", start=2, complete=False)
    write([], run=run, kind="raw", start=3)
    deliver()
    assert [row["n"] for row in ask("SELECT count(*) AS n FROM raw_sales_metrics")] == [3]


def test_without_export_nothing_leaves(write: Write, warehouse: str) -> None:
    write(DAY, export=False)
    assert not Shipment.objects.exists()
    assert deliver() == 0
