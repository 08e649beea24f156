"""Reading what was stored: which datasets a person sees, their rows by run and date, and whole downloads."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts_services
from integrations import safe_json, spreadsheet, workbooks
from integrations.errors import DatasetNotFound, DatasetQueryInvalid
from integrations.models import Dataset, DatasetRow

FETCH: Final = 1000
"""Rows that a download takes from the database at a time: the memory of a download, whatever its size."""

META: Final = ("_executionId", "_nodeId", "_storedAt")
"""What is told about every row beside its own fields."""


@dataclass(frozen=True)
class RowFilter:
    """Rows of one run and of a span of time, `since` inclusive and `until` exclusive."""

    execution_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def read(cls, parameters: Mapping[str, str], zone: tzinfo) -> RowFilter:
        """From `executionId`, `from` and `to`; a date means that whole day in `zone`. Raises `DatasetQueryInvalid`."""
        execution = parameters.get("executionId")
        return cls(
            execution_id=_read_id(execution) if execution else None,
            since=_read_moment("from", parameters.get("from"), zone, day_ends=False),
            until=_read_moment("to", parameters.get("to"), zone, day_ends=True),
        )


def find(user: Any, name: str, *, action: str = "dataset.view") -> Dataset:
    """The dataset, if `user` may do this with it; raises `DatasetNotFound`. Of several projects the oldest answers."""
    allowed = Dataset.objects.filter(project_id__in=accounts_services.project_ids(user, action=action))
    dataset = allowed.filter(name=name.replace("\x00", "")).order_by("created_at", "id").first()
    if dataset is None:
        raise DatasetNotFound
    return dataset


def rows_of(dataset: Dataset, chosen: RowFilter) -> QuerySet[DatasetRow]:
    """The rows in the order in which they were stored."""
    rows = DatasetRow.objects.filter(dataset=dataset).order_by("stored_at", "id")
    if chosen.execution_id is not None:
        rows = rows.filter(execution_id=chosen.execution_id)
    if chosen.since is not None:
        rows = rows.filter(stored_at__gte=chosen.since)
    if chosen.until is not None:
        rows = rows.filter(stored_at__lt=chosen.until)
    return rows


def as_object(dataset: Dataset, row: DatasetRow) -> dict[str, Any]:
    """The stored item, its fields in the order of the dataset's columns, with `META` behind."""
    fields = {name: row.payload[name] for name in dataset.columns if name in row.payload}
    return {**fields, **dict(zip(META, _meta(row), strict=True))}


def refuse_too_many(rows: QuerySet[DatasetRow], format: str) -> None:
    """Raises `DatasetQueryInvalid` for more rows than a file of this format is made with."""
    if format == "xlsx" and rows.order_by()[: workbooks.MAX_ROWS + 1].count() > workbooks.MAX_ROWS:
        message = _("Строк больше %(limit)s: скачайте CSV или сузьте выборку")
        raise DatasetQueryInvalid(message, field="format", limit=workbooks.MAX_ROWS)


def ndjson(dataset: Dataset, rows: QuerySet[DatasetRow]) -> Generator[bytes]:
    """One JSON object per line, in pieces."""
    for batch in _batches(rows):
        yield "".join(f"{safe_json.dumps(as_object(dataset, row))}\n" for row in batch).encode()


def csv(dataset: Dataset, rows: QuerySet[DatasetRow]) -> Generator[bytes]:
    """A table with a header, in pieces; cells are safe to open in a spreadsheet."""
    yield (spreadsheet.BOM + spreadsheet.lines([[*META, *dataset.columns]])).encode()
    for batch in _batches(rows):
        yield spreadsheet.lines(
            [*_meta(row), *(row.payload.get(name) for name in dataset.columns)] for row in batch
        ).encode()


def xlsx(dataset: Dataset, rows: QuerySet[DatasetRow]) -> Generator[bytes]:
    """The same table as a workbook."""
    header: list[Any] = [*META, *dataset.columns]
    stored = (row for batch in _batches(rows) for row in batch)
    lines = ([*_meta(row), *(row.payload.get(name) for name in dataset.columns)] for row in stored)
    yield from workbooks.pieces(chain([header], lines))


FORMATS: Final = {
    "ndjson": (ndjson, "application/x-ndjson"),
    "csv": (csv, "text/csv; charset=utf-8"),
    "xlsx": (xlsx, workbooks.CONTENT_TYPE),
}
"""The downloads: how they are made and their content type."""


def _batches(rows: QuerySet[DatasetRow]) -> Iterator[list[DatasetRow]]:
    """Those that are there when it begins, each batch by a query of its own: clients take their time.

    A cursor would keep a connection for whoever asks and takes nothing.
    """
    newest = rows.order_by("-stored_at", "-id").first()
    if newest is None:
        return
    older = Q(stored_at__lt=newest.stored_at) | Q(id__lte=newest.pk)
    there = rest = rows.filter(Q(stored_at__lte=newest.stored_at) & older)
    while batch := list(rest[:FETCH]):
        yield batch
        last = batch[-1]
        rest = there.filter(Q(stored_at__gte=last.stored_at) & (Q(stored_at__gt=last.stored_at) | Q(id__gt=last.pk)))


def _meta(row: DatasetRow) -> tuple[str, str, str]:
    return str(row.execution_id), row.node_id, row.stored_at.isoformat()


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DatasetQueryInvalid(_("executionId должен быть номером запуска (UUID)"), field="executionId") from None


def _read_moment(field: str, text: str | None, zone: tzinfo, *, day_ends: bool) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
        if day is not None:
            start = day + timedelta(days=1) if day_ends else day
            return datetime.combine(start, time.min, zone)
        moment = parse_datetime(text)
        if moment is not None:
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        pass
    raise DatasetQueryInvalid(_("Дата записывается как 2026-11-30 или 2026-11-30T12:00:00+03:00"), field=field)
