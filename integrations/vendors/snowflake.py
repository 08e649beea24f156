"""Snowflake: statements of SQL, over the SQL REST API v2. The credential's `baseUrl` is the account's address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations import safe_json
from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Vendor, at

_PATH = "/api/v2/statements"
_WHERE = (
    Field("database", gettext_noop("База"), gettext_noop("Пусто — как задано у пользователя")),
    Field("area", gettext_noop("Схема"), gettext_noop("Пусто — как задано у пользователя"), to="body:schema"),
    Field("warehouse", gettext_noop("Вычислитель"), gettext_noop("Виртуальный склад; пусто — как у пользователя")),
    Field("role", gettext_noop("Роль"), gettext_noop("Пусто — как у пользователя")),
)
_SENT = (Field("statement", "", "", hidden=True), Field("bindings", "", "", kind="object", hidden=True))


def _with_statement(values: dict[str, Any], statement: str, bound: list[Any]) -> dict[str, Any]:
    """The call with its statement, and its values as Snowflake takes them: never a part of the statement."""
    bindings = {str(number): {"type": "TEXT", "value": _as_text(value)} for number, value in enumerate(bound, 1)}
    return {**values, "statement": statement, **({"bindings": bindings} if bindings else {})}


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return safe_json.dumps(value)


def _asking(values: dict[str, Any]) -> dict[str, Any]:
    return _with_statement(values, str(values.get("query", "")), values.get("parameters") or [])


def _inserting(values: dict[str, Any]) -> dict[str, Any]:
    row = values.get("row") or {}
    names, places = ", ".join(map(_quoted, row)), ", ".join("?" for _name in row)
    table = ".".join(_quoted(part) for part in str(values.get("table", "")).split("."))
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names in their quotes, values bound
    return _with_statement(values, statement, list(row.values()))


def _quoted(name: str) -> str:
    """A name of SQL in its quotes; one that needs none is in capitals there."""
    plain = name.isascii() and name.isidentifier()
    return '"' + (name.upper() if plain else name).replace('"', '""') + '"'


def _rows(answer: Any, _values: Mapping[str, Any]) -> Any:
    """An item for each row of the first part; what has no columns yet is given as it is."""
    columns, rows = at(answer, "resultSetMetaData.rowType"), at(answer, "data")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return answer
    names = [str(at(column, "name")) for column in columns]
    return [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]


VENDOR = Vendor(
    name="snowflake",
    base_url="",
    kinds=(BEARER,),
    headers={"Accept": "application/json"},
    operations=(
        Operation(
            "query",
            gettext_noop("Выполнить запрос"),
            "POST",
            _PATH,
            (
                Field(
                    "query",
                    gettext_noop("Запрос"),
                    gettext_noop("SQL; вместо значений — знаки вопроса"),
                    to="none",
                    required=True,
                ),
                Field(
                    "parameters",
                    gettext_noop("Значения"),
                    gettext_noop("По одному на каждый знак вопроса"),
                    kind="list",
                    to="none",
                ),
                *_WHERE,
                *_SENT,
            ),
            prepare=_asking,
            shape=_rows,
        ),
        Operation(
            "row-insert",
            gettext_noop("Добавить строку"),
            "POST",
            _PATH,
            (
                Field("table", gettext_noop("Таблица"), gettext_noop("Название таблицы"), to="none", required=True),
                Field(
                    "row",
                    gettext_noop("Строка"),
                    gettext_noop("Столбцы и значения"),
                    kind="object",
                    to="none",
                    required=True,
                ),
                *_WHERE,
                *_SENT,
            ),
            prepare=_inserting,
            shape=_rows,
        ),
    ),
)
