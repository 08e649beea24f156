"""Which shipments travel together, settled before anything is sent: a load that has begun keeps its id and its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from accounts.clock import Clock
from integrations import shipments
from integrations.models import Dataset, RejectedRow, Shipment, WarehouseLoad, WarehouseTable
from integrations.safe_json import Decoder

MAX_ROWS: Final = 100_000
"""Rows of one load, unless a single shipment has more."""
FETCH: Final = 1000

# One statement is one moment: a shipment that is written anew while this runs is seen as it was, with its rows as they
# were. From then on it belongs to no load and travels with the next one.
_ROWS: Final = """
SELECT s.id, s.execution_id, s.node_id, r.position, r.payload::text
FROM integrations_shipment s
JOIN integrations_datasetrow r
    ON r.dataset_id = %(dataset)s AND r.execution_id = s.execution_id AND r.node_id = s.node_id
WHERE s.load_id = %(load)s
ORDER BY s.id, r.position
"""


def take(table: WarehouseTable) -> WarehouseLoad | None:
    """The open load of the table, or a new one with what waits; None when nothing does.

    Holds the dataset's row, as everybody does who writes shipments.
    """
    with transaction.atomic():
        Dataset.objects.select_for_update(no_key=True).get(pk=table.dataset_id)
        begun = WarehouseLoad.objects.filter(table=table, loaded_at__isnull=True).first()
        if begun is not None:
            return begun
        chosen = list(_together(Shipment.objects.filter(table=table, load__isnull=True, complete=True)))
        if not chosen:
            return None
        load = WarehouseLoad.objects.create(table=table)
        Shipment.objects.filter(pk__in=chosen).update(load=load)
        rest = timedelta(seconds=settings.BIGQUERY_BATCH_SECONDS)
        WarehouseTable.objects.filter(pk=table.pk).update(next_at=Clock() + rest)
        load.refresh_from_db()
        return load


def rows_of(load: WarehouseLoad) -> Iterator[tuple[int, str, str, int, dict[str, Any]]]:
    """Shipment, run, node, position and item of every row, in the order in which the shipments were noted."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, {"dataset": load.table.dataset_id, "load": load.pk})
        while fetched := cursor.fetchmany(FETCH):
            for shipment, run, node, position, payload in fetched:
                yield shipment, str(run), node, position, json.loads(payload, cls=Decoder)


def origins_of(load: WarehouseLoad) -> list[str]:
    """`run:node` of every shipment of the load, also of those that have no rows any more."""
    origins = Shipment.objects.filter(load=load).order_by("id").values_list("execution_id", "node_id")
    return [f"{run}:{node}" for run, node in origins]


def finish(load: WarehouseLoad, *, rows: int, rejects: Sequence[RejectedRow]) -> None:
    """The rows are in BigQuery. Rejects of the load's shipments are those given and no others."""
    with transaction.atomic():
        Dataset.objects.select_for_update(no_key=True).get(pk=load.table.dataset_id)
        mine = WarehouseLoad.objects.filter(pk=load.pk, loaded_at__isnull=True)
        if not mine.update(loaded_at=Clock(), rows=rows, rejected=len(rejects), error=None):
            return
        still = set(Shipment.objects.filter(load=load).values_list("pk", flat=True))
        RejectedRow.objects.filter(shipment__in=still).delete()
        RejectedRow.objects.bulk_create(reject for reject in rejects if reject.shipment_id in still)
        if Shipment.objects.filter(table=load.table, load__isnull=True, complete=True).exists():
            shipments.announce(load.table)


def fail(load: WarehouseLoad, *, error: dict[str, Any], job_ended: bool) -> None:
    """Keep what went wrong. A job that has ended badly has used up its id, so the next one takes another."""
    WarehouseLoad.objects.filter(pk=load.pk).update(error=error, generation=F("generation") + int(job_ended))


def _together(waiting: Any) -> Iterator[int]:
    """The first shipments of the line, at least one, up to `MAX_ROWS` rows."""
    total = 0
    for shipment, rows in waiting.order_by("id").values_list("pk", "rows")[:MAX_ROWS]:
        total += rows
        if total > MAX_ROWS and total > rows:
            return
        yield shipment
