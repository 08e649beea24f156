"""What is asked of BigQuery, in the words of Google's library. Runs in `child` only, and knows no Django.

Every job has an id that its caller chose: sent again it is refused (409), and what became of the first is looked up.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

STAGING_LIFE: Final = timedelta(days=1)
PATIENCE_SECONDS: Final = 10.0
SQL_TYPES: Final = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
"""Names of types that the API answers with, as SQL calls them."""


class JobError(Exception):
    """The job has ended, and not well. What it was to do has not happened at all."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.reason = str(told.get("reason", ""))
        super().__init__(str(told.get("message", "")))


def connect(target: Mapping[str, Any]) -> Any:
    """A client for `{"project", "location", "endpoint"}`. An endpoint is an emulator, which wants no credentials."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    special: dict[str, Any] = {}
    if target["endpoint"]:
        special = {
            "credentials": AnonymousCredentials(),
            "client_options": {"api_endpoint": target["endpoint"]},
        }
    return bigquery.Client(project=target["project"], location=target["location"] or None, **special)


def ensure(client: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    """Make the dataset and the table if they are not there, and add the columns that are missing, nullable.

    `order`: `target`, `table`, `columns` (name, type, mode), `partition` (a column), `cluster`, `expire_days`.
    Returns the types of all columns of the table and where the dataset lies.
    """
    from google.cloud import bigquery

    target = order["target"]
    dataset = bigquery.Dataset(f"{target['project']}.{target['dataset']}")
    dataset.location = target["location"] or None
    dataset = client.create_dataset(dataset, exists_ok=True, retry=_patience())
    wanted = [bigquery.SchemaField(*column) for column in order["columns"]]
    table = bigquery.Table(_full_name(target, order["table"]), schema=wanted)
    table.time_partitioning = bigquery.TimePartitioning(
        field=order["partition"],
        expiration_ms=order["expire_days"] * 86_400_000 or None,
    )
    table.clustering_fields = order["cluster"]
    table = client.create_table(table, exists_ok=True, retry=_patience())
    table = client.get_table(table, retry=_patience())
    there = {field.name.casefold() for field in table.schema}
    missing = [
        bigquery.SchemaField(field.name, field.field_type, "NULLABLE")
        for field in wanted
        if field.name.casefold() not in there
    ]
    if missing:
        table.schema = [*table.schema, *missing]
        table = client.update_table(table, ["schema"], retry=_patience())
    types = {field.name: SQL_TYPES.get(field.field_type, field.field_type) for field in table.schema}
    return {"types": types, "location": dataset.location}


def append(client: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    """Load the rows of the file `rows` (NDJSON) into the table. `order`: also `job`, `columns`, `seconds`."""
    from google.cloud import bigquery

    job = _load(
        client,
        order,
        table=order["table"],
        job_id=order["job"],
        write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
        # A table that somebody has dropped must not come back without its partitions.
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        schema_update_options=[bigquery.SchemaUpdateOption.ALLOW_FIELD_ADDITION],
    )
    return {"rows": job.output_rows}


def merge(client: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    """Load the rows into a table beside and merge it on `row_key`.

    `order`: as for `append`, and `origins`, texts `execution_id:node_id` of which only these rows shall be left.
    """
    from google.api_core.exceptions import NotFound
    from google.cloud import bigquery

    staging = f"{order['table']}_staging_{order['job'].rsplit('_', 2)[1]}"
    job = _load(
        client,
        order,
        table=staging,
        job_id=order["job"],
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        create_disposition=bigquery.CreateDisposition.CREATE_IF_NEEDED,
    )
    beside = _full_name(order["target"], staging)
    # Nobody is there any more to delete it if this process dies; after a merge that went well it is gone already.
    with suppress(NotFound):
        fleeting = client.get_table(beside, retry=_patience())
        fleeting.expires = datetime.now(UTC) + STAGING_LIFE
        client.update_table(fleeting, ["expires"], retry=_patience())
    parameters = [bigquery.ArrayQueryParameter("origins", "STRING", order["origins"])]
    text = _merge_text(order["target"], order["table"], staging, [name for name, _type, _mode in order["columns"]])
    _finished(
        client,
        f"{order['job']}_merge",
        lambda job_id: client.query(
            text,
            job_config=bigquery.QueryJobConfig(query_parameters=parameters),
            job_id=job_id,
            job_retry=None,
            retry=_patience(),
        ),
        order["seconds"],
    )
    client.delete_table(beside, not_found_ok=True, retry=_patience())
    return {"rows": job.output_rows}


def query(client: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    """Ask `sql` with named `parameters` (name, type, value; a list is an array).

    `order`: also `job`, `seconds`, `max_bytes` (0 for no limit), `max_rows`, `dataset` for names without one.
    Returns `rows`, whether there are `more`, the `bytes` that were looked at and the rows that DML has `changed`.
    """
    from google.cloud import bigquery

    target = order["target"]
    config = bigquery.QueryJobConfig(
        query_parameters=[_parameter(*parameter) for parameter in order["parameters"]],
        use_legacy_sql=False,
        default_dataset=f"{target['project']}.{target['dataset']}",
        job_timeout_ms=int(order["seconds"] * 1000),
    )
    if order["max_bytes"]:
        config.maximum_bytes_billed = order["max_bytes"]
    job = _finished(
        client,
        order["job"],
        lambda job_id: client.query(order["sql"], job_config=config, job_id=job_id, job_retry=None, retry=_patience()),
        order["seconds"],
    )
    found = job.result(max_results=order["max_rows"] + 1, timeout=order["seconds"])
    rows = [{name: plain(value) for name, value in row.items()} for row in found]
    return {
        "rows": rows[: order["max_rows"]],
        "more": len(rows) > order["max_rows"],
        "bytes": job.total_bytes_processed or 0,
        "changed": job.num_dml_affected_rows,
    }


def plain(value: Any) -> Any:
    """A value of a result as JSON: exact numbers, ISO 8601, base64."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) >= 2**63:
        return str(value)
    return value if value is None or isinstance(value, str | bool | int | float | Decimal) else str(value)


def _patience() -> Any:
    """How long a call repeats itself: the library's ten minutes are for programs that have nobody to wait for them."""
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(PATIENCE_SECONDS)


def _parameter(name: str, kind: str, value: Any) -> Any:
    from google.cloud import bigquery

    if isinstance(value, list):
        return bigquery.ArrayQueryParameter(name, kind, value)
    return bigquery.ScalarQueryParameter(name, kind, value)


def _load(client: Any, order: Mapping[str, Any], *, table: str, job_id: str, **config: Any) -> Any:
    from google.cloud import bigquery

    described = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
        schema=[bigquery.SchemaField(*column) for column in order["columns"]],
        **config,
    )

    def send(chosen: str) -> Any:
        with Path(order["rows"]).open("rb") as rows:
            return client.load_table_from_file(
                rows, _full_name(order["target"], table), job_id=chosen, job_config=described
            )

    return _finished(client, job_id, send, order["seconds"])


def _finished(client: Any, job_id: str, send: Callable[[str], Any], seconds: float) -> Any:
    """The job at its end, whoever has sent it. Raises `JobError`, and what the library raises."""
    from google.api_core.exceptions import Conflict, GoogleAPICallError

    try:
        job = send(job_id)
    except Conflict:
        job = client.get_job(job_id, retry=_patience())
    try:
        job.result(timeout=seconds)
    except GoogleAPICallError:
        if job.error_result:
            raise JobError(job.error_result) from None
        raise
    return job


def _full_name(target: Mapping[str, Any], table: str) -> str:
    return f"{target['project']}.{target['dataset']}.{table}"


def _merge_text(target: Mapping[str, Any], table: str, staging: str, columns: list[str]) -> str:
    return "\n".join(_merge_lines(f"`{_full_name(target, table)}`", f"`{_full_name(target, staging)}`", columns))


def _merge_lines(table: str, staging: str, columns: list[str]) -> Iterator[str]:
    """The names are ours (`bigquery_names`), so none holds a backtick."""
    names = ", ".join(f"`{name}`" for name in columns)
    yield f"MERGE {table} AS kept USING {staging} AS fresh ON kept.row_key = fresh.row_key"
    yield f"WHEN MATCHED THEN UPDATE SET {', '.join(f'`{name}` = fresh.`{name}`' for name in columns)}"
    yield f"WHEN NOT MATCHED BY TARGET THEN INSERT ({names})"
    yield f"VALUES ({', '.join(f'fresh.`{name}`' for name in columns)})"
    yield "WHEN NOT MATCHED BY SOURCE AND CONCAT(kept.execution_id, ':', kept.node_id) IN UNNEST(@origins) THEN DELETE"
