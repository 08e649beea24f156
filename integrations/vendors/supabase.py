"""Supabase: rows of tables, over PostgREST."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Vendor

_TABLE = Field("table", gettext_noop("Таблица"), gettext_noop("Название таблицы"), to="path", required=True)
_ROW = Field(
    "row",
    gettext_noop("Строка"),
    gettext_noop("Столбцы и значения; пусто — строка из одних значений по умолчанию"),
    kind="object",
    to="body:*",
)
_FILTER = Field(
    "filter",
    gettext_noop("Условие"),
    gettext_noop("Как в адресе PostgREST: id=eq.5&state=neq.done"),
    to="query:*",
    required=True,
)


def _with_filter(values: dict[str, Any]) -> dict[str, Any]:
    """The condition as parameters of the address; a name may come twice."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(str(values.get("filter", "")), keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {**values, "filter": found}


VENDOR = Vendor(
    name="supabase",
    base_url="",
    kinds=(BEARER,),
    headers={"Prefer": "return=representation"},
    secret_headers={"apikey": "{value}"},
    operations=(
        Operation("row-create", gettext_noop("Добавить строку"), "POST", "/rest/v1/{table}", (_TABLE, _ROW)),
        Operation(
            "row-update",
            gettext_noop("Изменить строки"),
            "PATCH",
            "/rest/v1/{table}",
            (_TABLE, _FILTER, _ROW),
            repeatable=True,
            prepare=_with_filter,
        ),
        Operation(
            "row-delete",
            gettext_noop("Удалить строки"),
            "DELETE",
            "/rest/v1/{table}",
            (_TABLE, _FILTER),
            prepare=_with_filter,
        ),
        Operation(
            "row-find",
            gettext_noop("Найти строки"),
            "GET",
            "/rest/v1/{table}",
            (
                _TABLE,
                Field(
                    "filter",
                    gettext_noop("Условие"),
                    gettext_noop("Как в адресе PostgREST: id=eq.5&state=neq.done"),
                    to="query:*",
                    default="",
                ),
                Field(
                    "most",
                    gettext_noop("Самое большее"),
                    gettext_noop("Сколько строк прочитать"),
                    kind="number",
                    to="query:limit",
                    default=1000,
                ),
            ),
            prepare=_with_filter,
        ),
    ),
)
