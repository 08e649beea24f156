"""How the hot statements reach PostgreSQL: bound by the server, so that it keeps their plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import tuple_row

_PLACE = re.compile(r"%\((\w+)\)s")


@contextmanager
def hot_cursor(row_factory: Any = tuple_row) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor whose parameters are bound by the server.

    It works on Django's own connection, inside its transactions, and raises Django's database errors.
    """
    _connect()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, row_factory=row_factory) as cursor:
        yield cursor


def _connect() -> None:
    """As Django's own statements do: a connection that was lost since the thread's last work gives way to another."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()


def array(values: Iterable[object]) -> str:
    """An array of texts, numbers, ids or nulls as PostgreSQL writes it; the statement casts it to what it is.

    psycopg looks at the type of every element of a list, which took a tenth of a step.
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    escaped = str(value).replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


class HotStatement:
    """A statement with `%(name)s` places that runs at every step.

    Its places are numbered once, here: psycopg would do it anew at every call for a text of this length. A `binary`
    one has PostgreSQL send its values in that form, which for moments takes a tenth of reading them as texts; JSON it
    has to ask for as text.
    """

    def __init__(self, sql: str, *, binary: bool = False) -> None:
        self._binary = binary
        self.names = tuple(dict.fromkeys(_PLACE.findall(sql)))
        numbers = {name: f"${place}" for place, name in enumerate(self.names, start=1)}
        self.sql = _PLACE.sub(lambda match: numbers[match[1]], sql)

    def row(self, parameters: Mapping[str, Any], row_factory: Any = tuple_row) -> Any:
        """Run it and return the one row that it gives, or None."""
        with self._run(parameters, row_factory) as cursor:
            return cursor.fetchone()

    def rows(self, parameters: Mapping[str, Any], row_factory: Any = tuple_row) -> list[Any]:
        """Run it and return all the rows that it gives."""
        with self._run(parameters, row_factory) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _run(self, parameters: Mapping[str, Any], row_factory: Any) -> Iterator[psycopg.RawCursor[Any]]:
        _connect()
        with (
            connection.wrap_database_errors,
            psycopg.RawCursor(connection.connection, row_factory=row_factory) as cursor,
        ):
            yield cursor.execute(self.sql, [parameters[name] for name in self.names], binary=self._binary)
