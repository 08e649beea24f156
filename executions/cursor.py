"""The cursor of the hot statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import tuple_row


@contextmanager
def hot_cursor(row_factory: Any = tuple_row) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor with parameters bound by the server, so that PostgreSQL keeps the plans of the hot statements.

    It works on Django's own connection, inside its transactions, and raises Django's database errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, row_factory=row_factory) as cursor:
        yield cursor
