"""What must be shown of the whole border: the seed's workflow, from Wildberries that refuses and fails to BigQuery.

The workflow has metrics and keywords added. It is run by the engine, its rows are stored in PostgreSQL and brought to
BigQuery by workers that are killed between each load and its record.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions.models import Execution
from integrations.models import DatasetRow, RejectedRow, Shipment, WarehouseLoad, WarehouseTable
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.faulty_front import FaultyFront
from tests.fakes.local_bigquery import LocalBigQuery
from tests.fakes.wildberries import Faults, point_at
from tests.integration.bigquery.conftest import Ask
from tests.integration.bigquery.dying_relay import run_until_loaded
from tests.integration.executions import driving
from tests.integration.wildberries.seed import (
    METHODS,
    assert_succeeded,
    run_to_the_end,
    seed,
    seed_of_the_specification,
    trouble,
)

pytestmark = pytest.mark.long

MOST_DEATHS = 30
LATER = 100_000
"""Seconds after which everything is due, however long the run has waited."""
RAW = ("node-2", "keywords")
PROCESSED = ("node-3", "metrics", "queries")


@pytest.fixture(autouse=True)
def _clock(transactional_db: None) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


@contextmanager
def our_sandbox(faults: Faults, _request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, Any]]]:
    with Sandbox(active=20, intercept=faults) as sandbox:
        yield sandbox.url, seed()


@contextmanager
def official_specification(faults: Faults, request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, Any]]]:
    with FaultyFront(request.getfixturevalue("promotion_mock"), faults) as front:
        yield front.url, seed_of_the_specification()


@pytest.mark.parametrize("wildberries", [our_sandbox, official_specification])
def test_the_seeds_workflow_ends_right_and_its_rows_are_in_bigquery_once_whoever_dies(
    wildberries: Any, request: pytest.FixtureRequest, settings: Any, warehouse: str, ask: Ask, emulator: LocalBigQuery
) -> None:
    """S3-17: 429 and 502 in between, the worker killed between every load and its record; and S3-14, S3-15."""
    faults = Faults()
    trouble(faults)
    with wildberries(faults, request) as (url, definition):
        point_at(settings, url)
        execution = run_to_the_end(definition)
    assert_succeeded(execution)
    assert all(faults.count(method) >= 5 for method in METHODS if faults.count(method))

    deaths = die_after_each_load(settings, emulator, request.getfixturevalue("tmp_path") / "loads")

    assert deaths == WarehouseLoad.objects.count() >= len(RAW) + len(PROCESSED)
    assert not WarehouseLoad.objects.filter(loaded_at=None).exists()
    assert not Shipment.objects.filter(load=None).exists()
    assert not RejectedRow.objects.exists()
    for node, port in (("node-2", "stats_out"), ("keywords", "keywords_out"), *((name, "out") for name in PROCESSED)):
        assert stored(execution, node) == len(driving.items(execution, node, port)) > 0
    for table in WarehouseTable.objects.select_related("dataset"):
        rows = DatasetRow.objects.filter(dataset=table.dataset).count()
        told = ask(f"SELECT count(*) AS n, count(DISTINCT row_key) AS keys FROM {table.name}")
        assert told == [{"n": rows, "keys": rows}], table.name


def die_after_each_load(settings: Any, emulator: LocalBigQuery, known: Path) -> int:
    """Deliver everything by workers of which each is killed when it has loaded; how many were."""
    deaths = 0
    while run_until_loaded(settings, emulator, known=known, ahead=LATER + 60 * deaths) == -signal.SIGKILL:
        deaths += 1
        assert deaths <= MOST_DEATHS
    return deaths


def stored(execution: Execution, node: str) -> int:
    return DatasetRow.objects.filter(execution_id=execution.id, node_id=node).count()
