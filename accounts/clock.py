"""The one clock: PostgreSQL's, read through two SQL functions that tests can shift.

Every time that is compared comes from the database, so a wrong clock on a host changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, Func

# STABLE, so that PostgreSQL can use an index for `column < naryad_now()`; VOLATILE moves within a transaction.
SQL = """
CREATE OR REPLACE FUNCTION naryad_clock_shift() RETURNS interval LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT make_interval(secs => coalesce(nullif(current_setting('naryad.clock_shift', true), ''), '0')::float8) $$;
CREATE OR REPLACE FUNCTION naryad_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT statement_timestamp() + naryad_clock_shift() $$;
CREATE OR REPLACE FUNCTION naryad_clock() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$ SELECT clock_timestamp() + naryad_clock_shift() $$;
"""

REVERSE_SQL = """
DROP FUNCTION IF EXISTS naryad_clock();
DROP FUNCTION IF EXISTS naryad_now();
DROP FUNCTION IF EXISTS naryad_clock_shift();
"""


class Now(Func):
    """The time of the current statement: use it to compare."""

    function = "naryad_now"
    arity = 0
    output_field = DateTimeField()


class Clock(Func):
    """The time at this very moment: use it to write."""

    function = "naryad_clock"
    arity = 0
    output_field = DateTimeField()


def read() -> datetime:
    """The time at this very moment, for what is written outside the database (the term of a token)."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT naryad_clock()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def shift(connection: Any, seconds: float) -> None:
    """Move this connection's clock by `seconds` against the server's; for tests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('naryad.clock_shift', %s, false)", [str(seconds)])
