"""What of the stored rows has to go to BigQuery: noted in the transaction that writes the rows, told to the outbox.

A shipment is all that a node of a run has in a dataset. Many of one table travel together, because a table may be
changed 1500 times a day and no more: after a load the next one begins `BIGQUERY_BATCH_SECONDS` later.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.clock import Clock, Now
from integrations import outbox
from integrations.bigquery_names import table_name
from integrations.destinations import Destination
from integrations.models import Dataset, DatasetRow, OutboxMessage, RejectedRow, Shipment, WarehouseLoad, WarehouseTable

TOPIC: Final = "bigquery.load"
"""`{"table": id}`, one after the other for each table."""


def note(
    *,
    dataset: Dataset,
    execution_id: UUID,
    node_id: str,
    changed: bool,
    complete: bool = True,
    destination: Destination | None = None,
) -> None:
    """The rows of this node of this run were written. In the writer's transaction, which holds the dataset's row.

    Unchanged rows that are on their way, or there, stay so.
    """
    table = _table(dataset, destination)
    fresh = Shipment(table=table, execution_id=execution_id, node_id=node_id, complete=False)
    Shipment.objects.bulk_create([fresh], ignore_conflicts=True)
    shipment = Shipment.objects.select_for_update().get(table=table, execution_id=execution_id, node_id=node_id)
    if not changed and shipment.complete:
        return
    rows = DatasetRow.objects.filter(dataset=dataset, execution_id=execution_id, node_id=node_id)
    Shipment.objects.filter(pk=shipment.pk).update(
        complete=complete, load=None, written_at=Clock(), rows=rows.count() if complete else 0
    )
    if complete:
        announce(table)


def announce(table: WarehouseTable) -> None:
    """See to it that a message of the table will be delivered. In a transaction that holds the dataset's row.

    One that waits already will find what is new: it can be claimed, but it takes shipments under the same lock only
    after this transaction.
    """
    key = f"bigquery:{table.pk}"
    if OutboxMessage.objects.filter(ordering_key=key, state=OutboxMessage.State.WAITING).exists():
        return
    rests = WarehouseTable.objects.filter(pk=table.pk, next_at__gt=Now()).values_list("next_at", flat=True).first()
    outbox.add(topic=TOPIC, payload={"table": table.pk}, ordering_key=key, available_at=rests)


def send_again(shipments: Sequence[int]) -> int:
    """Let shipments that were loaded travel once more, e.g. after their rejected rows were cured; returns how many.

    In a processed table the rows replace themselves; in a raw one they stand a second time, with another batch.
    """
    tables = list(WarehouseTable.objects.filter(shipments__in=shipments).distinct().select_related("dataset"))
    sent = 0
    for table in tables:
        with transaction.atomic():
            Dataset.objects.select_for_update(no_key=True).get(pk=table.dataset_id)
            done = Shipment.objects.filter(table=table, pk__in=shipments, load__loaded_at__isnull=False)
            sent += done.update(load=None)
            announce(table)
    return sent


def rejected(dataset: Dataset) -> QuerySet[RejectedRow]:
    """The rows of the dataset that BigQuery could not take, the newest first."""
    return RejectedRow.objects.filter(shipment__table__dataset=dataset).select_related("shipment__table")


def backfill(*, dataset: Dataset, since: datetime | None = None, dry_run: bool = False) -> tuple[int, int]:
    """Note all that the dataset holds and that was never on its way; returns shipments and rows.

    Told again it changes nothing: what is noted already, waiting or loaded, is left alone.
    """
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
        table = _table(dataset, None)
        known = Shipment.objects.filter(
            table__dataset=dataset, execution_id=OuterRef("execution_id"), node_id=OuterRef("node_id")
        )
        rows = DatasetRow.objects.filter(~Exists(known), dataset=dataset)
        if since is not None:
            rows = rows.filter(stored_at__gte=since)
        counted = _counted(rows)
        if dry_run:
            transaction.set_rollback(True)
        elif counted:
            Shipment.objects.bulk_create(
                Shipment(table=table, execution_id=run, node_id=node, rows=count) for run, node, count in counted
            )
            announce(table)
    return len(counted), sum(count for _run, _node, count in counted)


def prune(limit: int) -> int:
    """Forget at most `limit` shipments whose rows are not kept any more, and loads without any; returns how many."""
    if settings.DATASET_RETENTION_DAYS <= 0:
        return 0
    with_rows = DatasetRow.objects.filter(
        dataset=OuterRef("table__dataset"), execution_id=OuterRef("execution_id"), node_id=OuterRef("node_id")
    )
    old = Shipment.objects.filter(~Exists(with_rows), load__loaded_at__isnull=False, written_at__lt=_oldest())
    gone = Shipment.objects.filter(pk__in=list(old.order_by("written_at").values_list("pk", flat=True)[:limit]))
    forgotten = gone.delete()[0]
    empty = WarehouseLoad.objects.filter(loaded_at__lt=_oldest(), shipments__isnull=True)
    return forgotten + WarehouseLoad.objects.filter(pk__in=list(empty.values_list("pk", flat=True)[:limit])).delete()[0]


def state_of(*, execution_id: UUID, table: str) -> tuple[str, list[RejectedRow]]:
    """`waiting` or `loaded` for what a run has sent to the table of that name, and the rows that were rejected."""
    mine = Shipment.objects.filter(execution_id=execution_id, table__name=table)
    waiting = mine.filter(Q(load__isnull=True) | Q(load__loaded_at__isnull=True))
    if waiting.exists():
        return "waiting", []
    return "loaded", list(RejectedRow.objects.filter(shipment__in=mine).order_by("shipment_id", "position"))


def _oldest() -> Any:
    return Now() - timedelta(days=settings.DATASET_RETENTION_DAYS)


def _counted(rows: Any) -> list[tuple[UUID, str, int]]:
    by_origin = rows.order_by().values("execution_id", "node_id").annotate(first=Min("id"), count=Count("id"))
    return [(one["execution_id"], one["node_id"], one["count"]) for one in by_origin.order_by("first")]


def _table(dataset: Dataset, destination: Destination | None) -> WarehouseTable:
    """The table of the dataset; made, as a row of ours, when it is first needed."""
    if destination is not None:
        return WarehouseTable.objects.update_or_create(
            dataset=dataset,
            kind=Dataset.Kind.PROCESSED,
            name=destination.table,
            defaults={"chosen": True, "keys": list(destination.keys)},
        )[0]
    of_its_own = WarehouseTable.objects.filter(dataset=dataset, kind=dataset.kind, chosen=False)
    found = of_its_own.first()
    if found is not None:
        return found
    name = table_name(dataset.name, prefix="raw_" if dataset.kind == Dataset.Kind.RAW else "")
    marked = f"{name}_{zlib.crc32(dataset.pk.bytes):08x}"
    for candidate in (name, marked):
        WarehouseTable.objects.bulk_create(
            [WarehouseTable(dataset=dataset, kind=dataset.kind, name=candidate)], ignore_conflicts=True
        )
        found = of_its_own.first()
        if found is not None:
            break
    return of_its_own.get()
