"""Where the output of steps is kept: rows in PostgreSQL, written once however often a run is told again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Sum

from accounts.clock import Clock, Now
from integrations import safe_json, shipments
from integrations.destinations import Destination
from integrations.models import Dataset, DatasetRow

Kind = Literal["raw", "processed"]

# One statement for any number of rows. The order of the items becomes the order of the row ids.
_UPSERT: Final = """
WITH written AS (
    INSERT INTO integrations_datasetrow AS stored (dataset_id, execution_id, node_id, position, payload, stored_at)
    SELECT %(dataset)s, %(execution)s, %(node)s, %(start)s::int + item.number - 1, item.payload, naryad_now()
    FROM jsonb_array_elements(%(rows)s::jsonb) WITH ORDINALITY AS item(payload, number)
    ORDER BY item.number
    ON CONFLICT (dataset_id, execution_id, node_id, position) DO UPDATE
        SET payload = EXCLUDED.payload, stored_at = EXCLUDED.stored_at
        WHERE stored.payload IS DISTINCT FROM EXCLUDED.payload
    RETURNING (xmax = 0) AS fresh
)
SELECT count(*) FILTER (WHERE fresh), count(*) FROM written
"""


@dataclass(frozen=True)
class DatasetRef:
    """Which dataset: made at its first write. `name` is unique in the project, `title` is for people."""

    project_id: int
    name: str
    title: str = ""
    workflow_id: UUID | None = None
    node_id: str = ""
    node_type: str = ""


def write(
    *,
    dataset: DatasetRef,
    execution_id: UUID,
    node_id: str,
    kind: Kind,
    rows: Sequence[Mapping[str, Any]],
    start: int = 0,
    complete: bool = True,
    export: bool = True,
    destination: Destination | None = None,
) -> int:
    """Make `rows` all that this node of this run has in the dataset; returns how many rows that changed.

    The key of a row is execution, node and position: writing the same again changes nothing, writing fewer rows takes
    the rest away. To write piece by piece, `start` is the position of the first row; only with `complete` what lies
    behind the last one is taken away. Opens a transaction and holds the dataset's row, so writers of one dataset go one
    by one.

    With a project of Google Cloud the rows go on to BigQuery (`integrations.shipments`), unless `export` says no; to a
    table of their own or to the `destination`.
    """
    with transaction.atomic():
        target = _locked(dataset, kind)
        added, changed = _upsert(target, execution_id, node_id, rows, start)
        beyond = DatasetRow.objects.filter(
            dataset=target, execution_id=execution_id, node_id=node_id, position__gte=start + len(rows)
        )
        removed = beyond.delete()[0] if complete else 0
        target.columns = _columns(target.columns, rows)
        target.row_count += added - removed
        target.updated_at = Clock()
        target.save(update_fields=["columns", "row_count", "updated_at"])
        if export and settings.GCP_PROJECT_ID:
            shipments.note(
                dataset=target,
                execution_id=execution_id,
                node_id=node_id,
                changed=changed + removed > 0,
                complete=complete,
                destination=destination,
            )
    return changed + removed


def rows_by_workflow(workflow_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many rows the datasets of each of these workflows hold."""
    counted = Dataset.objects.filter(workflow_id__in=workflow_ids).order_by().values("workflow_id")
    held = counted.annotate(held=Sum("row_count")).values_list("workflow_id", "held")
    return {workflow: rows for workflow, rows in held if workflow is not None}


def prune(limit: int) -> int:
    """Delete at most `limit` rows older than `DATASET_RETENTION_DAYS` (0 keeps all); returns how many."""
    if settings.DATASET_RETENTION_DAYS <= 0:
        return 0
    too_old = DatasetRow.objects.filter(stored_at__lt=Now() - timedelta(days=settings.DATASET_RETENTION_DAYS))
    affected = Dataset.objects.filter(Exists(too_old.filter(dataset=OuterRef("pk")))).order_by("pk")
    removed = 0
    for dataset_id in list(affected.values_list("pk", flat=True)):
        if removed < limit:
            removed += _prune_dataset(dataset_id, too_old.filter(dataset=dataset_id), limit - removed)
    return removed


def _prune_dataset(dataset_id: UUID, too_old: Any, limit: int) -> int:
    with transaction.atomic():
        Dataset.objects.select_for_update(no_key=True).get(pk=dataset_id)
        oldest = too_old.order_by("stored_at", "id").values("id")[:limit]
        removed, _by_model = DatasetRow.objects.filter(id__in=oldest).delete()
        Dataset.objects.filter(pk=dataset_id).update(row_count=F("row_count") - removed)
    return removed


def _locked(ref: DatasetRef, kind: Kind) -> Dataset:
    """The dataset's row, locked and described as the node is now."""
    described = {
        "title": ref.title,
        "kind": kind,
        "workflow_id": ref.workflow_id,
        "node_id": ref.node_id,
        "node_type": ref.node_type,
    }
    Dataset.objects.bulk_create([Dataset(project_id=ref.project_id, name=ref.name, **described)], ignore_conflicts=True)
    dataset = Dataset.objects.select_for_update(no_key=True).get(project_id=ref.project_id, name=ref.name)
    if any(getattr(dataset, field) != value for field, value in described.items()):
        Dataset.objects.filter(pk=dataset.pk).update(**described)
    return dataset


def _upsert(
    dataset: Dataset, execution_id: UUID, node_id: str, rows: Sequence[Mapping[str, Any]], start: int
) -> tuple[int, int]:
    """How many rows are new, and how many are new or changed."""
    parameters: dict[str, Any] = {
        "dataset": dataset.pk,
        "execution": execution_id,
        "node": node_id,
        "start": start,
        "rows": safe_json.dumps(list(rows)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, parameters)
        added, changed = cursor.fetchone()
    return added, changed


def _columns(known: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Top-level keys in the order in which they were first seen."""
    columns = dict.fromkeys(known)
    for row in rows:
        columns.update(dict.fromkeys(row))
    return list(columns)
