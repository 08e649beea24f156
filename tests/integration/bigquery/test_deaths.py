"""A worker that is killed between the load and its record, and rows that were there before BigQuery was."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from integrations import shipments
from integrations.models import Dataset, RejectedRow, Shipment, WarehouseLoad
from tests.fakes.local_bigquery import LocalBigQuery
from tests.integration import runs
from tests.integration.bigquery.conftest import Ask, Write, deliver, later
from tests.integration.bigquery.dying_relay import run_until_loaded

pytestmark = pytest.mark.long


@pytest.mark.parametrize("kind", ["raw", "processed"])
def test_a_killed_worker_leaves_neither_a_gap_nor_a_double(
    write: Write, ask: Ask, settings: Any, emulator: LocalBigQuery, tmp_path: Path, kind: str
) -> None:
    """S3-17: exactly once after a kill of the worker between load and commit."""
    write([{"n": 1}, {"n": 2}], kind=kind)
    assert run_until_loaded(settings, emulator, known=tmp_path / "loads") == -signal.SIGKILL
    assert WarehouseLoad.objects.get().loaded_at is None
    later(60)
    deliver()
    assert WarehouseLoad.objects.get().loaded_at is not None
    table = "raw_sales_metrics" if kind == "raw" else "sales_metrics"
    assert ask(f"SELECT count(*) AS n, count(DISTINCT row_key) AS keys FROM {table}") == [{"n": 2, "keys": 2}]


def test_what_was_stored_before_goes_when_it_is_told_to(write: Write, ask: Ask, capsys: Any) -> None:
    """S3-17: a back-fill from PostgreSQL, which told again adds nothing."""
    write([{"n": 1}, {"n": 2}], export=False)
    write([{"n": 3}], export=False)
    call_command("bigquery_backfill", "--dry-run")
    assert not Shipment.objects.exists()
    call_command("bigquery_backfill", "--dataset", "sales.metrics")
    call_command("bigquery_backfill")
    assert Shipment.objects.count() == 2
    deliver()
    assert [row["n"] for row in ask("SELECT n FROM sales_metrics ORDER BY n")] == [1, 2, 3]
    assert "sales.metrics: 2 / 3" in capsys.readouterr().out
    assert shipments.backfill(dataset=Dataset.objects.get()) == (0, 0)


def test_rejected_rows_can_be_seen_and_sent_again(write: Write, warehouse: str) -> None:
    write([{"n": 1}, {"n": 10**40}])
    deliver()
    address = "/api/v1/datasets/sales.metrics/rejected"
    (told,) = runs.client(runs.person("viewer")).get(address).json()["results"]
    assert (told["table"], told["position"], told["field"], told["reason"]) == ("sales_metrics", 1, "n", "out_of_range")
    assert runs.client(runs.person("viewer")).post(f"{address}/send-again").status_code in (403, 404)
    assert runs.client(runs.person("editor")).post(f"{address}/send-again").json() == {"shipments": 1}
    assert Shipment.objects.get().load is None
    deliver()
    assert RejectedRow.objects.count() == 1
