"""The outbox's handler for `bigquery.load`: brings what waits for a table there, exactly once (ADR 21).

Told again after a crash at any place it sends the same job under the same id, finds that it is there, and notes it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final

import structlog
from django.conf import settings

from accounts import failpoints
from integrations import limiter, safe_json
from integrations.bigquery import columns, line, loads
from integrations.bigquery.columns import Schema, Spoiled
from integrations.bigquery.errors import AccessMissing, PlaceMissing, Resting
from integrations.errors import OutboundError, TimedOut
from integrations.models import Dataset, RejectedRow, WarehouseLoad, WarehouseTable
from integrations.scope import CallScope

EVERYBODY: Final = "bigquery"
PER_SECOND: Final = 5
JOB_SECONDS: Final = 60.0
"""How long one delivery waits for its job; the next one asks after the same job."""
ACCESS_REST: Final = 300.0
MAX_KEY: Final = 1024

log = structlog.get_logger(__name__)


@dataclass
class Prepared:
    """The rows of a load as a file, and what could not be written into it."""

    file: IO[str]
    rows: int = 0
    rejects: list[RejectedRow] = field(default_factory=list)


def deliver(payload: dict[str, Any]) -> None:
    """Raises `Resting` to wait, and the errors of `faults`, after which the message is tried again or lies dead."""
    table = WarehouseTable.objects.select_related("dataset").filter(pk=payload["table"]).first()
    if table is None:
        return
    wait = limiter.acquire(EVERYBODY, rate=PER_SECOND, interval=1.0, burst=PER_SECOND * 4)
    if wait:
        raise Resting(retry_after=wait, reason="pace")
    load = loads.take(table)
    if load is None:
        return
    try:
        _carry(table, load)
    except OutboundError as error:
        _take_note(table, load, error)
        raise


def _carry(table: WarehouseTable, load: WarehouseLoad) -> None:
    _extend(table, load)
    if table.ensured is None or table.ensured < len(table.columns):
        _ensure(table)
    with _prepared(table, load) as prepared:
        origins = loads.origins_of(load)
        if prepared.rows or (origins and table.kind == Dataset.Kind.PROCESSED):
            line.ask(
                "append" if table.kind == Dataset.Kind.RAW else "merge",
                {
                    "target": {**line.target(), "location": table.location},
                    "table": table.name,
                    "columns": _described(table),
                    "job": load.job_id,
                    "rows": prepared.file.name,
                    "origins": origins,
                },
                scope=CallScope(),
                seconds=JOB_SECONDS,
            )
        failpoints.reach("bigquery.loaded")
        loads.finish(load, rows=prepared.rows, rejects=prepared.rejects)
    log.info("bigquery_loaded", table=table.name, job=load.job_id, rows=prepared.rows, rejected=len(prepared.rejects))


def _extend(table: WarehouseTable, load: WarehouseLoad) -> None:
    """Give every new key a column, before anything is sent that has it."""
    if table.kind == Dataset.Kind.RAW:
        return
    known = _schema(table)
    extended = columns.extended(known, (row for _shipment, _run, _node, _position, row in loads.rows_of(load)))
    if len(extended) > len(known):
        table.columns = [[key, name, kind] for key, (name, kind) in extended.items()]
        table.save(update_fields=["columns"])


def _ensure(table: WarehouseTable) -> None:
    """Make the table, or add its new columns. Columns that were there before us keep the types they have."""
    raw = table.kind == Dataset.Kind.RAW
    made = line.ask(
        "ensure",
        {
            "table": table.name,
            "columns": _described(table),
            "partition": "ingested_at" if raw else "stat_date",
            "cluster": ["campaign_id"] if raw else ["execution_id"],
            "expire_days": settings.BIGQUERY_RAW_RETENTION_DAYS if raw else 0,
        },
        scope=CallScope(),
        seconds=JOB_SECONDS,
    )
    there = {name.casefold(): kind for name, kind in made["types"].items()}
    table.columns = [[key, name, there.get(name.casefold(), kind)] for key, name, kind in table.columns]
    table.ensured, table.location = len(table.columns), made["location"]
    table.save(update_fields=["columns", "ensured", "location"])


@contextmanager
def _prepared(table: WarehouseTable, load: WarehouseLoad) -> Iterator[Prepared]:
    """Every row that the table can take, one JSON object on a line. Of rows with one key the last is taken."""
    schema, raw = _schema(table), table.kind == Dataset.Kind.RAW
    lines: dict[str, str] = {}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="naryad-bigquery-", suffix=".ndjson") as file:
        prepared = Prepared(file)
        for shipment, run, node, position, row in loads.rows_of(load):
            about = {
                "execution_id": run,
                "node_id": node,
                "batch_id": load.id.hex,
                "ingested_at": load.created_at.isoformat(),
            }
            try:
                key = _key(table, row) or f"{run}:{node}:{position}"
                fields = _raw(row) if raw else columns.typed(row, schema)
            except Spoiled as spoiled:
                reject = RejectedRow(
                    shipment_id=shipment, position=position, field=spoiled.field[:500], reason=spoiled.reason, row=row
                )
                prepared.rejects.append(reject)
                continue
            text = safe_json.dumps({**fields, **about, "row_key": key})
            if table.keys:
                lines[key] = text
            else:
                file.write(f"{text}\n")
                prepared.rows += 1
        file.writelines(f"{text}\n" for text in lines.values())
        prepared.rows += len(lines)
        file.flush()
        yield prepared


def _key(table: WarehouseTable, row: Mapping[str, Any]) -> str:
    """What makes a row of a keyed table unique. Raises `Spoiled` where a part of it is missing."""
    parts = []
    for key in table.keys:
        value = row.get(key)
        if value is None or isinstance(value, dict | list):
            raise Spoiled(key, "key_missing")
        parts.append(value if isinstance(value, str) else safe_json.dumps(value))
    text = safe_json.dumps(parts) if parts else ""
    if len(text) > MAX_KEY:
        raise Spoiled(str(table.keys[0]), "key_too_long")
    return text


def _raw(row: Mapping[str, Any]) -> dict[str, Any]:
    about = {"campaign_id": columns.campaign_id(row), "stat_date": columns.stat_date(row)}
    return {**{name: value for name, value in about.items() if value is not None}, "raw": columns.json_value(row)}


def _schema(table: WarehouseTable) -> Schema:
    return {key: (name, kind) for key, name, kind in table.columns}


def _described(table: WarehouseTable) -> list[list[str]]:
    """The columns of the table as `client` takes them."""
    if table.kind == Dataset.Kind.RAW:
        return [list(column) for column in columns.RAW]
    own = [[name, kind, "NULLABLE"] for _key, name, kind in table.columns]
    return [*[list(column) for column in columns.PROCESSED], *own]


def _take_note(table: WarehouseTable, load: WarehouseLoad, error: OutboundError) -> None:
    """Keep the error with the load, and let everybody rest where the next table would meet the same."""
    told = {"code": error.code, "message": str(error.message), "details": error.details}
    loads.fail(load, error=told, job_ended=bool(error.details.get("job")))
    log.warning("bigquery_load_waits", table=table.name, job=load.job_id, code=error.code, **_short(error))
    if isinstance(error, PlaceMissing):
        WarehouseTable.objects.filter(pk=table.pk).update(ensured=None)
    if isinstance(error, Resting) and error.details.get("reason") not in ("busy", "pace"):
        limiter.freeze(EVERYBODY, error.retry_after or 0.0)
    elif isinstance(error, TimedOut):
        raise Resting(retry_after=error.retry_after, reason="unfinished") from error
    elif isinstance(error, AccessMissing):
        raise Resting(retry_after=ACCESS_REST, reason="access", answer=error.details.get("answer")) from error


def _short(error: OutboundError) -> dict[str, Any]:
    return {name: error.details[name] for name in ("status", "reason") if name in error.details}
