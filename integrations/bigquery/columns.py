"""PURE: the columns of a table, and how a value becomes one of theirs.

A column gets its type from the first value that is not null and keeps it for ever. A value that does not fit its
column later stands in the column `raw`; one that no column could hold spoils its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Any, Final

from integrations import safe_json
from integrations.bigquery_names import column_name

Schema = Mapping[str, tuple[str, str]]
"""Key of the row -> name and type of its column, in the order in which the columns came to be."""

RAW: Final[tuple[tuple[str, str, str], ...]] = (
    ("ingested_at", "TIMESTAMP", "REQUIRED"),
    ("execution_id", "STRING", "NULLABLE"),
    ("node_id", "STRING", "NULLABLE"),
    ("batch_id", "STRING", "NULLABLE"),
    ("row_key", "STRING", "NULLABLE"),
    ("campaign_id", "INT64", "NULLABLE"),
    ("stat_date", "DATE", "NULLABLE"),
    ("raw", "JSON", "NULLABLE"),
)
"""The columns of every raw table: name, type, mode."""
PROCESSED: Final[tuple[tuple[str, str, str], ...]] = (
    ("row_key", "STRING", "NULLABLE"),
    ("execution_id", "STRING", "NULLABLE"),
    ("node_id", "STRING", "NULLABLE"),
    ("batch_id", "STRING", "NULLABLE"),
    ("ingested_at", "TIMESTAMP", "NULLABLE"),
    ("stat_date", "DATE", "NULLABLE"),
    ("raw", "JSON", "NULLABLE"),
)
"""What every processed table has before the columns of its rows."""

MAX_COLUMNS: Final = 5_000
"""BigQuery takes 10 000; the keys of further ones stand in `raw`."""
DATE_KEYS: Final = ("statDate", "stat_date", "date", "day", "dt")
CAMPAIGN_KEYS: Final = ("campaignId", "campaign_id", "advertId", "advert_id")

_ID: Final = re.compile(r"(?:^|_)id$|[a-z0-9]I[dD]$")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?")
_INT64: Final = range(-(2**63), 2**63)
_NUMERIC_END: Final = Decimal(10) ** 29
_NINE_PLACES: Final = Decimal("1e-9")


class Spoiled(Exception):
    """No column can hold what stands under `field`; `reason` is machine-readable."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field, reason)


class Misfit(ValueError):
    """A value of another kind than its column's."""


def extended(schema: Schema, rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """The schema with a column for every key that has a value in `rows` for the first time."""
    known = dict(schema)
    taken = {name for name, _type in known.values()} | {name for name, _type, _mode in PROCESSED}
    for row in rows:
        for key, value in row.items():
            if value is not None and key not in known and len(known) < MAX_COLUMNS:
                name = column_name(key, taken)
                known[key] = (name, type_of(key, value))
                taken.add(name)
    return known


def type_of(key: str, value: Any) -> str:
    """The type of a new column. Numbers are exact; only what is called an id is a whole number for ever."""
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, int) and _ID.search(key) and value in _INT64:
        return "INT64"
    if isinstance(value, int | float | Decimal):
        return "NUMERIC"
    if isinstance(value, str):
        if _read_date(value) is not None:
            return "DATE"
        return "TIMESTAMP" if _read_moment(value) is not None else "STRING"
    return "JSON"


def typed(row: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The row as BigQuery loads it: by column, what does not fit under `raw`. Raises `Spoiled`."""
    fields: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for key, value in row.items():
        if value is None:
            continue
        if key not in schema:
            beside[key] = value
            continue
        column, kind = schema[key]
        try:
            fields[column] = cast(value, kind)
        except Misfit:
            beside[key] = value
        except OverflowError:
            raise Spoiled(key, "out_of_range") from None
    if beside:
        fields["raw"] = json_value(beside)
    day = stat_date(row)
    return {**fields, "stat_date": day} if day else fields


def cast(value: Any, column_type: str) -> Any:
    """The value for a column of this type. Raises `Misfit`, and `OverflowError` for a number without room."""
    if column_type == "STRING":
        return value if isinstance(value, str) else safe_json.dumps(value)
    if column_type == "JSON":
        return json_value(value)
    if column_type == "BOOL":
        return value if isinstance(value, bool) else _misfit()
    if column_type in ("DATE", "TIMESTAMP"):
        read = _read_date(value) if column_type == "DATE" else _read_moment(value)
        return read if read is not None else _misfit()
    return _number(value, column_type)


def json_value(value: Any) -> Any:
    """The value for a JSON column, which refuses numbers that a float cannot hold exactly: they become texts."""
    if isinstance(value, Mapping):
        return {key: json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(one) for one in value]
    if isinstance(value, Decimal) and Decimal(repr(float(value))) != value:
        return str(value)
    if isinstance(value, int) and value not in _INT64:
        return str(value)
    return value


def stat_date(row: Mapping[str, Any]) -> str | None:
    """The day that the row is about, if it tells one."""
    return next((day for key in DATE_KEYS if (day := _read_date(row.get(key))) is not None), None)


def campaign_id(row: Mapping[str, Any]) -> int | None:
    """The campaign that the row is about, if it tells one."""
    for key in CAMPAIGN_KEYS:
        value = row.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value in _INT64:
            return value
    return None


def _misfit() -> Any:
    raise Misfit


def _number(value: Any, column_type: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Misfit
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Misfit from None
    if not number.is_finite():
        raise Misfit
    if column_type == "INT64":
        return _whole(number)
    if column_type == "FLOAT64":
        return float(number)
    if abs(number) >= _NUMERIC_END:
        raise OverflowError
    with localcontext(prec=60):
        rounded = number.quantize(_NINE_PLACES, rounding=ROUND_HALF_EVEN)
    # As a text no digit is lost on the way.
    return format(rounded.normalize() if rounded else Decimal(0), "f")


def _whole(number: Decimal) -> int:
    if abs(number) >= _NUMERIC_END:
        raise OverflowError
    if number != number.to_integral_value():
        raise Misfit
    if int(number) not in _INT64:
        raise OverflowError
    return int(number)


def _read_date(value: Any) -> str | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _read_moment(value: Any) -> str | None:
    """ISO 8601 in UTC; a moment without an offset is taken as UTC."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None
