"""BigQuery as the tests see it: an emulator, and a dataset of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis
from django.db import connection
from uuid_utils.compat import uuid7

from accounts import clock
from accounts.services import default_project
from integrations import relay, sink
from integrations.bigquery import line
from integrations.scope import CallScope
from integrations.sink import DatasetRef
from tests.fakes.local_bigquery import LocalBigQuery

Write = Callable[..., UUID]
Ask = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def valkey(settings: Any) -> Iterator[redis.Redis]:
    """Without rests of earlier tests."""
    client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    client.delete(*client.scan_iter("naryad:*"), "system")
    yield client
    client.close()


@pytest.fixture
def project(settings: Any, valkey: redis.Redis) -> str:
    """An installation that has a project of Google Cloud, whose dataset is new. Tables may be loaded at any time."""
    settings.GCP_PROJECT_ID = LocalBigQuery.project
    settings.BIGQUERY_DATASET = f"naryad_{uuid4().hex}"
    settings.BIGQUERY_BATCH_SECONDS = 0.0
    return str(settings.BIGQUERY_DATASET)


@pytest.fixture
def warehouse(settings: Any, project: str, emulator: LocalBigQuery) -> str:
    """The dataset's name, and settings that lead to it."""
    settings.BIGQUERY_API_ENDPOINT = emulator.url
    return project


@pytest.fixture
def write(transactional_db: None) -> Iterator[Write]:
    """Stores rows as a node's output; gives the run."""

    def store(rows: list[dict[str, Any]], *, run: UUID | None = None, kind: Any = "processed", **options: Any) -> UUID:
        run = run or uuid7()
        name = options.pop("name", "sales.metrics")
        ref = DatasetRef(project_id=default_project().pk, name=name, node_id="metrics")
        sink.write(dataset=ref, execution_id=run, node_id="metrics", kind=kind, rows=rows, **options)
        return run

    yield store
    clock.shift(connection, 0)


@pytest.fixture
def ask(warehouse: str) -> Ask:
    """Rows that a query gives; tables are named without their dataset."""

    def query(sql: str) -> list[dict[str, Any]]:
        order = {"sql": sql, "parameters": [], "max_bytes": 0, "max_rows": 1000, "job": f"test_{uuid4().hex}"}
        rows: list[dict[str, Any]] = line.ask("query", order, scope=CallScope(), seconds=30.0)["rows"]
        return rows

    return query


def deliver() -> int:
    """Hand over what is due, as the workers do."""
    return relay.deliver_due(queue="system")


def later(seconds: float) -> None:
    clock.shift(connection, seconds)
