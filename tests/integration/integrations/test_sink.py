"""Stored rows: once however often they are told, exact to the digit, and gone after their time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from uuid_utils.compat import uuid7

from accounts import clock
from accounts.services import default_project
from integrations import sink
from integrations.models import Dataset, DatasetRow
from integrations.sink import DatasetRef

RUN = uuid7()


@pytest.fixture
def ref(db: None) -> Iterator[DatasetRef]:
    yield DatasetRef(project_id=default_project().pk, name="wb.node-1", title="Кампании", node_id="node-1")
    clock.shift(connection, 0)


def write(ref: DatasetRef, rows: list[dict[str, Any]], run: Any = RUN, node: str = "node-1") -> int:
    return sink.write(dataset=ref, execution_id=run, node_id=node, kind="raw", rows=rows)


def stored() -> list[dict[str, Any]]:
    return [row.payload for row in DatasetRow.objects.order_by("id")]


def count() -> int:
    return Dataset.objects.get().row_count


def test_the_first_write_makes_the_dataset(ref: DatasetRef) -> None:
    """S3-17: what a step gives is stored by itself."""
    assert write(ref, [{"campaignId": 1, "spend": Decimal("10.10")}, {"campaignId": 2}]) == 2
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.title, dataset.kind, dataset.row_count) == ("wb.node-1", "Кампании", "raw", 2)
    assert stored() == [{"campaignId": 1, "spend": Decimal("10.10")}, {"campaignId": 2}]


def test_numbers_keep_every_digit(ref: DatasetRef) -> None:
    write(ref, [{"big": Decimal("12345678901234567890.10"), "id": 9007199254740993}])
    payload = stored()[0]
    assert (str(payload["big"]), payload["id"]) == ("12345678901234567890.10", 9007199254740993)


def test_writing_the_same_again_changes_nothing(ref: DatasetRef) -> None:
    rows = [{"n": number} for number in range(3)]
    write(ref, rows)
    before = list(DatasetRow.objects.values_list("id", "stored_at"))
    assert write(ref, rows) == 0
    assert list(DatasetRow.objects.values_list("id", "stored_at")) == before
    assert count() == 3


def test_a_second_output_of_the_same_step_replaces_the_first(ref: DatasetRef) -> None:
    write(ref, [{"n": 1}, {"n": 2}, {"n": 3}])
    assert write(ref, [{"n": 1}, {"n": 20}]) == 2
    assert stored() == [{"n": 1}, {"n": 20}]
    assert count() == 2
    assert write(ref, []) == 2
    assert count() == 0


def test_rows_can_be_written_piece_by_piece_and_the_end_takes_away_the_rest(ref: DatasetRef) -> None:
    """S3-17: a step that runs again fills the same places."""
    write(ref, [{"n": number} for number in range(9)])

    def put(rows: list[dict[str, Any]], start: int, complete: bool = False) -> int:
        return sink.write(
            dataset=ref, execution_id=RUN, node_id="node-1", kind="raw", rows=rows, start=start, complete=complete
        )

    assert put([{"n": 0}, {"n": 10}], 0) == 1
    assert put([{"n": 20}], 2) == 1
    assert count() == 9
    assert put([], 3, complete=True) == 6
    assert [row["n"] for row in stored()] == [0, 10, 20]
    assert count() == 3


def test_runs_do_not_touch_each_others_rows(ref: DatasetRef) -> None:
    write(ref, [{"n": 1}])
    write(ref, [{"n": 2}], run=uuid7())
    assert stored() == [{"n": 1}, {"n": 2}]
    assert count() == 2


def test_columns_are_kept_in_the_order_in_which_they_appear(ref: DatasetRef) -> None:
    write(ref, [{"zeta": 1, "alpha": 2}])
    write(ref, [{"alpha": 1, "beta": 2}], run=uuid7())
    assert Dataset.objects.get().columns == ["zeta", "alpha", "beta"]


def test_a_dataset_follows_what_its_node_is_called_now(ref: DatasetRef) -> None:
    write(ref, [{"n": 1}])
    renamed = DatasetRef(project_id=ref.project_id, name=ref.name, title="Новое", node_id="node-1", node_type="noop")
    sink.write(dataset=renamed, execution_id=RUN, node_id="node-1", kind="processed", rows=[{"n": 1}])
    dataset = Dataset.objects.get()
    assert (dataset.title, dataset.node_type, dataset.kind, dataset.row_count) == ("Новое", "noop", "processed", 1)


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_of_one_step_leave_one_set_of_rows() -> None:
    ref = DatasetRef(project_id=default_project().pk, name="wb.node-1")
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            write(ref, [{"n": number} for number in range(50)])
        finally:
            connections.close_all()

    writers = [threading.Thread(target=work) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [row["n"] for row in stored()] == list(range(50))
    assert count() == 50


def test_rows_are_deleted_after_their_time_and_a_few_at_a_time(ref: DatasetRef, settings: Any) -> None:
    settings.DATASET_RETENTION_DAYS = 30
    write(ref, [{"n": number} for number in range(5)])
    assert sink.prune(100) == 0
    clock.shift(connection, 31 * 86400)
    write(ref, [{"n": "new"}], run=uuid7())
    assert sink.prune(2) == 2
    assert count() == 4
    assert sink.prune(100) == 3
    assert stored() == [{"n": "new"}]
    assert count() == 1


def test_without_a_term_nothing_is_deleted(ref: DatasetRef, settings: Any) -> None:
    settings.DATASET_RETENTION_DAYS = 0
    write(ref, [{"n": 1}])
    clock.shift(connection, 4000 * 86400)
    assert sink.prune(100) == 0
