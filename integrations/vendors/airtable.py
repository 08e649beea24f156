"""Airtable: records of a table, over the Web API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER, OAUTH2_REFRESH
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_BASE = Field("base", gettext_noop("База"), gettext_noop("id базы, начинается с app"), to="path", required=True)
_TABLE = Field("table", gettext_noop("Таблица"), gettext_noop("id или название таблицы"), to="path", required=True)
_RECORD = Field("record", gettext_noop("Запись"), gettext_noop("id записи, начинается с rec"), to="path", required=True)
_FIELDS = Field("fields", gettext_noop("Поля"), gettext_noop("Название поля и значение"), kind="object", required=True)
_CASTS = Field(
    "typecast",
    gettext_noop("Приводить значения"),
    gettext_noop("Airtable сам превратит текст в число, дату или вариант списка"),
    kind="flag",
)
_FLAT = Field(
    "flat",
    gettext_noop("Поля наверх"),
    gettext_noop("Поля записи станут полями элемента"),
    kind="flag",
    to="none",
    default=False,
)


def _flattened(record: Any, values: Mapping[str, Any]) -> Any:
    if not values.get("flat") or not isinstance(record, Mapping):
        return record
    return {"id": record.get("id"), "createdTime": record.get("createdTime"), **(record.get("fields") or {})}


def _as_upsert(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "fields": [{"fields": values.get("fields", {})}]}


VENDOR = Vendor(
    name="airtable",
    base_url="https://api.airtable.com",
    kinds=(BEARER, OAUTH2_REFRESH),
    operations=(
        Operation(
            "record-search",
            gettext_noop("Найти записи"),
            "GET",
            "/v0/{base}/{table}",
            (
                _BASE,
                _TABLE,
                Field(
                    "formula",
                    gettext_noop("Формула"),
                    gettext_noop("Условие формулой Airtable"),
                    to="query:filterByFormula",
                ),
                Field(
                    "columns",
                    gettext_noop("Столбцы"),
                    gettext_noop("Какие поля отдать"),
                    kind="list",
                    to="query:fields[]",
                ),
                Field(
                    "view",
                    gettext_noop("Представление"),
                    gettext_noop("Название или id представления"),
                    to="query:view",
                ),
                _FLAT,
            ),
            items="records",
            paging=Paging("query:offset", "offset", size_into="query:pageSize"),
            shape=_flattened,
        ),
        Operation(
            "record-get",
            gettext_noop("Прочитать запись"),
            "GET",
            "/v0/{base}/{table}/{record}",
            (_BASE, _TABLE, _RECORD, _FLAT),
            shape=_flattened,
        ),
        Operation(
            "record-create",
            gettext_noop("Создать запись"),
            "POST",
            "/v0/{base}/{table}",
            (_BASE, _TABLE, _FIELDS, _CASTS, _FLAT),
            shape=_flattened,
        ),
        Operation(
            "record-update",
            gettext_noop("Изменить запись"),
            "PATCH",
            "/v0/{base}/{table}/{record}",
            (_BASE, _TABLE, _RECORD, _FIELDS, _CASTS, _FLAT),
            repeatable=True,
            shape=_flattened,
        ),
        Operation(
            "record-upsert",
            gettext_noop("Изменить запись или создать"),
            "PATCH",
            "/v0/{base}/{table}",
            (
                _BASE,
                _TABLE,
                Field(
                    "fields",
                    gettext_noop("Поля"),
                    gettext_noop("Название поля и значение"),
                    kind="object",
                    to="body:records",
                    required=True,
                ),
                Field(
                    "match",
                    gettext_noop("По каким полям искать"),
                    gettext_noop("Поля, по которым запись узнаётся"),
                    kind="list",
                    to="body:performUpsert.fieldsToMergeOn",
                    required=True,
                ),
                _CASTS,
                _FLAT,
            ),
            items="records",
            repeatable=True,
            prepare=_as_upsert,
            shape=_flattened,
        ),
        Operation(
            "record-delete",
            gettext_noop("Удалить запись"),
            "DELETE",
            "/v0/{base}/{table}/{record}",
            (_BASE, _TABLE, _RECORD),
        ),
        Operation(
            "base-schema",
            gettext_noop("Прочитать таблицы базы"),
            "GET",
            "/v0/meta/bases/{base}/tables",
            (_BASE,),
            items="tables",
        ),
    ),
)
