"""How much room the runs of each workflow take. Runs are counted; the rest is reckoned from the newest of them.

Adding up every row of every run would read the whole database. What stands in a run's steps, data, journal, attempts
and ledger is counted in `SAMPLE` runs of a workflow and multiplied. A row of data is as large as PostgreSQL stores its
items, any other as large as the rows of its table are on average, indexes included.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from accounts.statements import hot_cursor
from executions.models import Execution
from integrations import sink
from workflows import services as workflows

SAMPLE: Final = 10
ROW_OVERHEAD: Final = 150
"""Bytes of a row of data beside its items: header, keys, index entries."""
USUAL_ROW: Final = 300.0
"""Bytes of a row in a table that PostgreSQL has not looked at yet, or that is nearly empty."""

TABLES: Final = {
    "steps": "executions_step",
    "data": "executions_stepdata",
    "journal": "executions_executionevent",
    "attempts": "executions_attempt",
    "effects": "executions_sideeffect",
}


@dataclass(frozen=True)
class Footprint:
    """What one workflow keeps. `rows` are by kind, `executions` among them; `sampled` runs were looked at.

    `retention_days` is what counts in the end; 0 is for ever.
    """

    workflow_id: uuid.UUID
    code: str
    name: str
    executions: int
    open_executions: int
    oldest_at: datetime | None
    sampled: int
    rows: Mapping[str, int]
    total_bytes: int
    dataset_rows: int
    dataset_bytes: int
    retention_days: float

    @property
    def estimated(self) -> bool:
        """Whether there are runs that were not looked at."""
        return self.executions > self.sampled


def workflows_with_runs(projects: Collection[int]) -> QuerySet[Execution, Any]:
    """`{workflow_id, executions, open, oldest}`, those with the most runs first."""
    runs = Execution.objects.filter(project_id__in=projects).order_by().values("workflow_id")
    return runs.annotate(
        executions=Count("id"), open=Count("id", filter=Q(finished_at=None)), oldest=Min("created_at")
    ).order_by("-executions", "workflow_id")


def footprints(rows: Collection[Mapping[str, Any]]) -> list[Footprint]:
    """The footprints of these rows of `workflows_with_runs`."""
    ids = [row["workflow_id"] for row in rows]
    samples, row_bytes, names = _samples(ids), _row_bytes(), workflows.names_of(ids)
    terms, stored = workflows.retention_days(), sink.rows_by_workflow(ids)
    found = []
    for row in rows:
        workflow = row["workflow_id"]
        sampled, data_bytes, counted = samples[workflow]
        factor = row["executions"] / sampled if sampled else 0.0
        reckoned = {kind: round(count * factor) for kind, count in counted.items()}
        size = data_bytes * factor + row["executions"] * row_bytes["executions_execution"]
        size += sum(count * row_bytes[TABLES[kind]] for kind, count in reckoned.items() if kind != "data")
        code, name = names[workflow]
        term = terms.get(workflow)
        found.append(
            Footprint(
                workflow_id=workflow,
                code=code,
                name=name,
                executions=row["executions"],
                open_executions=row["open"],
                oldest_at=row["oldest"],
                sampled=sampled,
                rows={"executions": row["executions"], **reckoned},
                total_bytes=round(size),
                dataset_rows=stored.get(workflow, 0),
                dataset_bytes=round(stored.get(workflow, 0) * row_bytes["integrations_datasetrow"]),
                retention_days=float(settings.EXECUTION_RETENTION_DAYS) if term is None else term,
            )
        )
    return found


# `pg_column_size` of a column tells its stored size without reading what lies outside of the row.
SAMPLES = """
SELECT w.id, count(newest.id), coalesce(sum(steps.count), 0)::bigint, coalesce(sum(data.count), 0)::bigint,
    coalesce(sum(journal.count), 0)::bigint, coalesce(sum(attempts.count), 0)::bigint,
    coalesce(sum(effects.count), 0)::bigint, coalesce(sum(data.bytes), 0)::float8
FROM unnest(%(workflows)s::uuid[]) AS w(id)
CROSS JOIN LATERAL (
    SELECT e.id FROM executions_execution e WHERE e.workflow_id = w.id ORDER BY e.created_at DESC LIMIT %(sample)s
) AS newest
CROSS JOIN LATERAL (SELECT count(*) FROM executions_step WHERE execution_id = newest.id) AS steps
CROSS JOIN LATERAL (
    SELECT count(*), sum(pg_column_size(d.items) + coalesce(pg_column_size(d.sources), 0) + %(overhead)s::int) AS bytes
    FROM executions_step s JOIN executions_stepdata d ON d.step_id = s.id WHERE s.execution_id = newest.id
) AS data
CROSS JOIN LATERAL (SELECT count(*) FROM executions_executionevent WHERE execution_id = newest.id) AS journal
CROSS JOIN LATERAL (
    SELECT count(*) FROM executions_step s JOIN executions_attempt a ON a.step_id = s.id
    WHERE s.execution_id = newest.id
) AS attempts
CROSS JOIN LATERAL (SELECT count(*) FROM executions_sideeffect WHERE execution_id = newest.id) AS effects
GROUP BY w.id
"""


def _samples(ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, float, dict[str, int]]]:
    """For each workflow: how many runs were looked at, the bytes of their data, and their rows by kind."""
    places = {"workflows": ids, "sample": SAMPLE, "overhead": ROW_OVERHEAD}
    with hot_cursor() as cursor:
        rows = cursor.execute(SAMPLES, places).fetchall()
    found = {row[0]: (row[1], row[7], dict(zip(TABLES, row[2:7], strict=True))) for row in rows}
    return dict.fromkeys(ids, (0, 0.0, dict.fromkeys(TABLES, 0))) | found


ROW_BYTES = """
SELECT relname, CASE WHEN reltuples > 1000 THEN pg_total_relation_size(oid) / reltuples::float8 END
FROM pg_class
WHERE relname = ANY(%(tables)s::text[]) AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""


def _row_bytes() -> dict[str, float]:
    """The size of a row in each table, on average, as of PostgreSQL's last look at it."""
    tables = ["executions_execution", "integrations_datasetrow", *TABLES.values()]
    with hot_cursor() as cursor:
        rows = cursor.execute(ROW_BYTES, {"tables": tables}).fetchall()
    return dict.fromkeys(tables, USUAL_ROW) | {name: size for name, size in rows if size}
