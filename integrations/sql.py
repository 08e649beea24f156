"""Queries on somebody's PostgreSQL: values as parameters only, read-only unless told otherwise, never for ever.

One connection per query: the server on the other side is not ours to hold connections on.
"""

from __future__ import annotations

import base64
import datetime
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from integrations import circuits
from integrations.credential_kinds import POSTGRES
from integrations.dialling import CONNECT_SECONDS, Endpoint, endpoint
from integrations.errors import CredentialInvalid, OutboundError, Refused, ServerFault, TimedOut, TooLarge, Unreachable
from integrations.scope import CallScope, RunningCall
from integrations.secret import Secret

MAX_BYTES: Final = 10_000_000
"""Of all texts of an answer together, roughly."""
SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_MAY_ANSWER: Final = re.compile(r"\breturning\b|\A[\s(]*+(?!insert|update|delete|merge)", re.IGNORECASE)
"""Statements that may answer with rows: the four that change rows do so by this word only."""
_BUSY: Final = ("40", "53", "55", "57")
"""Classes of SQLSTATE that may pass by themselves: conflicts, no resources, locks, a server that stops."""


@dataclass(frozen=True)
class Rows:
    """The answer of a query: its rows as JSON objects, whether there were more, and how many rows it changed."""

    items: list[dict[str, Any]]
    cut: bool
    changed: int


class SqlDoor:
    """Asks the database of a credential, within the scope of a step."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """What `context.connect(SqlDoor)` calls."""
        return cls(scope)

    def query(
        self,
        credential: Secret | uuid.UUID | str,
        sql: str,
        parameters: Sequence[Any] = (),
        *,
        read_only: bool = True,
        timeout: float = 30.0,
        max_rows: int = 1000,
        several: bool = False,
    ) -> Rows:
        """Run one statement; `$1`, `$2` stand for the parameters. `several` statements have none, and work all or not.

        `timeout` is in seconds, the server gets it as its statement timeout. Raises `OutboundError`,
        `CredentialError`.
        """
        secret = self._scope.secret(credential)
        if secret.kind != POSTGRES:
            raise CredentialInvalid(field="kind", credential=secret.id)
        place = endpoint(secret)
        server = circuits.calling(self._scope, place.host, place.port, credential=secret.id, silence_counts=False)
        with server, RunningCall(self._scope, timeout) as call:
            try:
                with _connection(call, place, read_only=read_only and not several) as connection:
                    call.hold(connection)
                    if several:
                        return _all_done(connection, sql, max_rows)
                    return _asked(connection, sql, parameters, read_only=read_only, max_rows=max_rows)
            except psycopg.Error as error:
                call.check()
                raise _explained(error, place.host) from None


def _asked(
    connection: psycopg.Connection[dict[str, Any]],
    sql: str,
    parameters: Sequence[Any],
    *,
    read_only: bool,
    max_rows: int,
) -> Rows:
    if read_only:
        return _streamed(connection, sql, parameters, max_rows, to_the_end=False)
    return _done(connection, sql, parameters, max_rows)


def _connection(call: RunningCall, place: Endpoint, *, read_only: bool) -> psycopg.Connection[dict[str, Any]]:
    """A connection to the checked address and to no other; neither files nor the environment have a say."""
    milliseconds = max(int(call.remaining() * 1000), 1)
    mode = (place.options or {}).get("sslmode", "prefer")
    if mode not in SSL_MODES:
        raise CredentialInvalid(field="value")
    connection = psycopg.connect(
        host=place.host,
        hostaddr=place.address,
        port=place.port,
        user=place.login,
        password=place.password,
        dbname=place.path or place.login,
        sslmode=mode,
        passfile="/dev/null",
        connect_timeout=int(min(CONNECT_SECONDS, max(call.remaining(), 2))),
        application_name="naryad",
        options=f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=60000",
        row_factory=dict_row,
        cursor_factory=psycopg.RawCursor,
    )
    connection.read_only = read_only
    return connection


def _streamed(
    connection: psycopg.Connection[dict[str, Any]],
    sql: str,
    parameters: Sequence[Any],
    max_rows: int,
    *,
    to_the_end: bool,
) -> Rows:
    """Row by row, so that a table that is too large is not first brought here whole.

    The extended protocol takes one statement, so nothing behind a semicolon can leave the read-only transaction.
    A statement that writes has done all its work only at its end: rows beyond the limit are read and dropped.
    """
    items: list[dict[str, Any]] = []
    size = count = 0
    for row in connection.cursor().stream(sql, _sendable(parameters)):
        count += 1
        if count > max_rows:
            if to_the_end:
                continue
            connection.close()  # the server notices; a cancel would hold up every thread until it is answered
            break
        item, length = _item(row)
        size += length
        if size > MAX_BYTES:
            connection.close()
            raise TooLarge(limit=MAX_BYTES)
        items.append(item)
    return Rows(items, cut=count > max_rows, changed=count)


def _done(connection: psycopg.Connection[dict[str, Any]], sql: str, parameters: Sequence[Any], max_rows: int) -> Rows:
    """A statement that may write; committed when it has worked."""
    if not _MAY_ANSWER.search(sql):
        return _without_rows(connection, sql, parameters)
    try:
        rows = _streamed(connection, sql, parameters, max_rows, to_the_end=True)
    except psycopg.ProgrammingError as error:
        if error.sqlstate:
            raise
        connection.rollback()  # it gives no rows after all, and how many it has changed is not told to a stream
        return _without_rows(connection, sql, parameters)
    connection.commit()
    return rows


def _without_rows(connection: psycopg.Connection[dict[str, Any]], sql: str, parameters: Sequence[Any]) -> Rows:
    cursor = connection.execute(sql, _sendable(parameters), prepare=True)
    connection.commit()
    return Rows([], cut=False, changed=max(cursor.rowcount, 0))


def _all_done(connection: psycopg.Connection[dict[str, Any]], sql: str, max_rows: int) -> Rows:
    """Several statements in one transaction. Without parameters they go to the server as they are; the rows are those
    of the last one that gives any."""
    cursor = connection.execute(sql.encode())
    items: list[dict[str, Any]] = []
    cut, changed, size = False, 0, 0
    for result in cursor.results():
        changed += max(result.rowcount, 0)
        if result.description is None:
            continue
        rows = [_item(row) for row in result.fetchmany(max_rows)]
        size += sum(length for _row, length in rows)
        if size > MAX_BYTES:
            raise TooLarge(limit=MAX_BYTES)
        items, cut = [row for row, _length in rows], result.rowcount > max_rows
    connection.commit()
    return Rows(items, cut=cut, changed=changed)


def _sendable(parameters: Sequence[Any]) -> list[Any]:
    """Objects, and lists that hold some, go as JSON; other lists as arrays."""
    return [
        Jsonb(value)
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict | list) for one in value))
        else value
        for value in parameters
    ]


def _item(row: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    item = {name: _as_json(value) for name, value in row.items()}
    return item, sum(len(value if isinstance(value, str) else str(value)) for value in item.values())


def _as_json(value: Any) -> Any:
    """What PostgreSQL gives, as JSON has it: moments and ids as text, bytes in base64, infinite numbers as null."""
    if isinstance(value, dict):
        return {str(name): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float | Decimal) and not (value == value and abs(value) != float("inf")):
        return None
    return value if isinstance(value, str | int | float | Decimal | bool | None) else str(value)


def _explained(error: psycopg.Error, host: str) -> OutboundError:
    """What the server says, without the statement: only the message and its code."""
    state = error.sqlstate or ""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return TimedOut(host=host)
    if not state or state.startswith("08"):
        return _refused_login(error, host) or Unreachable(host=host)
    kind = ServerFault if state.startswith(_BUSY) else Refused
    return kind(host=host, sqlstate=state, answer=(error.diag.message_primary or "")[:500])


def _refused_login(error: psycopg.Error, host: str) -> OutboundError | None:
    """While it connects, libpq gives no code; a wrong password is no matter of time."""
    if any(word in str(error) for word in ("authentication failed", "does not exist", "no pg_hba.conf entry")):
        return Refused(host=host, answer="login")
    return None
