"""The seed's workflow with metrics and keywords added, run by the engine against the official specification and against
our sandbox, while both answer with 429 and 502 in between."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection

from accounts import clock
from executions.models import Execution
from integrations import relay
from integrations.models import DatasetRow
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.faulty_front import FaultyFront
from tests.fakes.wildberries import Faults, ids_with_status, point_at, told_by
from tests.integration.executions import driving
from tests.integration.wildberries.seed import (
    METHODS,
    PAUSE,
    assert_succeeded,
    run_to_the_end,
    seed,
    seed_of_the_specification,
    trouble,
)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture(autouse=True)
def _clock(transactional_db: None) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def test_against_the_sandbox(settings, faults, tmp_path):
    """S3-14: sums equal what the sandbox told, whatever it refused in between, and every row is stored once."""
    log = tmp_path / "requests.ndjson"
    with Sandbox(active=60, intercept=faults, log=log) as sandbox:
        point_at(settings, sandbox.url)
        trouble(faults)
        execution = run_to_the_end(seed())
        assert_succeeded(execution)
        told = [row for answer in told_by(log, "/adv/v3/fullstats") for row in answer]
        totals = {item["campaignId"]: item for item in driving.items(execution, "node-3")}
        assert set(totals) == set(ids_with_status(sandbox, 9))
        for row in told:
            assert totals[row["advertId"]]["totalViews"] == row["views"]
            assert Decimal(str(totals[row["advertId"]]["totalSpend"])) == row["sum"]
        metrics = driving.items(execution, "metrics")
        assert len(metrics) == len(totals)
        clicks = sum(
            day["stat"]["clicks"]
            for answer in told_by(log, "/adv/v1/normquery/stats")
            for pair in answer["items"]
            for day in pair["dailyStats"]
        )
        assert sum(item["clicks"] for item in driving.items(execution, "queries")) == clicks > 0
        assert _stored(execution, "node-2") == len(driving.items(execution, "node-2", "stats_out"))
        assert _stored(execution, "keywords") == len(driving.items(execution, "keywords", "keywords_out"))
    assert all(faults.count(method) >= 5 for method in METHODS)


def _stored(execution: Execution, node: str) -> int:
    while relay.deliver_due(limit=100):
        pass
    return DatasetRow.objects.filter(execution_id=execution.id, node_id=node).count()


def test_long_reports_go_straight_into_the_dataset(settings, faults):
    """S3-14: orders page by page through refusals, each row stored once, and only a summary handed on."""
    with Sandbox(intercept=faults, report_rows=50) as sandbox:
        point_at(settings, sandbox.url)
        faults.answer("supplier/orders", 502, {})
        faults.answer("supplier/orders", 429, {}, PAUSE)
        orders = ("orders", "wb-get-orders", {"config": {"period": 10, "output": "dataset"}})
        execution = run_to_the_end(driving.definition([orders, ("end", "noop")], [("orders", "end", "summary")]))
        assert_succeeded(execution)
    (summary,) = driving.items(execution, "end")
    assert _stored(execution, "orders") == summary["rows"] > 100
    keys = DatasetRow.objects.filter(execution_id=execution.id).values_list("payload__srid", flat=True)
    assert len(set(keys)) == len(keys)
    assert summary["dataset"].endswith(".orders")


def test_against_the_official_specification(settings, faults, promotion_mock):
    """S3-14: Prism knows finished campaigns only, so they are asked for by their numbers."""
    with FaultyFront(promotion_mock, faults) as front:
        point_at(settings, front.url)
        trouble(faults)
        execution = run_to_the_end(seed_of_the_specification())
    assert_succeeded(execution)
    totals = {item["campaignId"]: item for item in driving.items(execution, "node-3")}
    assert {number: item["totalViews"] for number, item in totals.items()} == {22161678: 1373, 28449281: 510}
    assert Decimal(str(totals[22161678]["totalSpend"])) == Decimal("661.25")
    assert {item["keyword"]: item["clicks"] for item in driving.items(execution, "queries")} == {
        "Поисковый кластер 0": 75,
        "румяна для лица vivienne sabo": 56,
        "Поисковый кластер 2": 75,
    }
