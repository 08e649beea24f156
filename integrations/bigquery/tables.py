"""What nodes ask of BigQuery: rows into a table, and questions in SQL with their values apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self
from uuid import UUID

from integrations import shipments
from integrations.bigquery import line
from integrations.bigquery.errors import NotConfigured
from integrations.destinations import Destination
from integrations.models import RejectedRow
from integrations.scope import CallScope

PARAMETER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Found:
    """What a query gave: the first rows, whether there are more, bytes looked at, rows that it changed."""

    rows: list[dict[str, Any]]
    more: bool
    bytes: int
    changed: int | None


class UnfitParameter(ValueError):
    """A value is not of the type that its parameter is said to have; the argument names the parameter."""


class BigQueryTables:
    """BigQuery for one step."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """Raises `NotConfigured` where the installation has no project of Google Cloud."""
        if not line.enabled():
            raise NotConfigured
        return cls(scope)

    def put(self, rows: Sequence[Mapping[str, Any]], *, table: str, keys: Sequence[str]) -> None:
        """Store the rows for the table: they travel as all stored rows do, also when this is done twice."""
        if self._scope.rows is None:
            raise ValueError("this scope keeps no rows")
        self._scope.rows(rows, start=0, complete=True, destination=Destination(table, tuple(keys)))

    def arrived(self, *, table: str) -> list[RejectedRow] | None:
        """The rows that were rejected of all that this run has put into the table; None while some are on their way."""
        state, rejects = shipments.state_of(execution_id=UUID(self._scope.headers["X-Execution-Id"]), table=table)
        return None if state == "waiting" else rejects

    def query(
        self,
        sql: str,
        parameters: Sequence[tuple[str, str, Any]],
        *,
        marker: str,
        max_rows: int,
        max_bytes: int,
        seconds: float,
    ) -> Found:
        """Ask. `marker` tells the questions of one step and try apart: what has run once under it does not run again.

        Raises what `line.ask` raises.
        """
        key = f"{self._scope.headers.get('Idempotency-Key', '')}:{marker}"
        order = {
            "sql": sql,
            "parameters": [list(parameter) for parameter in parameters],
            "max_rows": max_rows,
            "max_bytes": max_bytes,
            "job": f"naryad_q_{hashlib.sha256(key.encode()).hexdigest()[:40]}",
        }
        told = line.ask("query", order, scope=self._scope, seconds=seconds)
        return Found(told["rows"], told["more"], told["bytes"], told["changed"])


def parameter(name: str, value: Any, kind: str | None) -> tuple[str, str, Any]:
    """Name, type and value as BigQuery takes them; without a type the value tells it. Raises `UnfitParameter`."""
    if isinstance(value, list):
        kinds = {kind or _kind_of(name, one) for one in value} or {kind or "STRING"}
        if len(kinds) > 1:
            raise UnfitParameter(name)
        (one_kind,) = kinds
        return name, one_kind, [_fitted(name, one, one_kind) for one in value]
    kind = kind or _kind_of(name, value)
    return name, kind, _fitted(name, value, kind)


def _kind_of(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, int):
        return "INT64"
    if isinstance(value, float | Decimal):
        return "NUMERIC"
    if value is None or isinstance(value, str):
        return "STRING"
    raise UnfitParameter(name)


def _fitted(name: str, value: Any, kind: str) -> Any:
    """Numbers travel as texts, so that no digit is lost and none is taken for another kind."""
    if value is None:
        return None
    if kind == "BOOL":
        if not isinstance(value, bool):
            raise UnfitParameter(name)
        return value
    if isinstance(value, bool | dict | list):
        raise UnfitParameter(name)
    if kind in ("INT64", "NUMERIC", "FLOAT64"):
        return _number(name, value, kind)
    return value if isinstance(value, str) else str(value)


def _number(name: str, value: Any, kind: str) -> Any:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise UnfitParameter(name) from None
    if not number.is_finite() or (kind == "INT64" and number != number.to_integral_value()):
        raise UnfitParameter(name)
    if kind == "INT64":
        return int(number)
    return float(number) if kind == "FLOAT64" else format(number, "f")
