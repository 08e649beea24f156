"""Adds items as rows to a Google sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.sheets.client import SheetsClient, table_id
from workflows.calls import MAX_WAITS, failure, rest_after
from workflows.items import paths
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.sheet_rows import Row, Sheet, area, headings, row_of, rows_of, unknown_columns

ROWS_AT_ONCE = 2000


class SheetsAppend(NodeType):
    """Adding is not repeatable: a call of which nobody knows what came of it is a failure for a person to judge."""

    type = "sheets-append"
    title = _("Добавить в таблицу Google")
    description = _(
        "Добавляет элементы строками в конец листа Google Таблиц. Столбцы находятся по названиям в первой строке; на "
        "пустом листе названия пишутся из полей элементов."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Добавлено")),)
    weight = "io"
    repeatable = False
    timeout_seconds = 300.0

    class Config(Sheet, Row):
        columns: tuple[str, ...] = Field(
            default=(),
            max_length=500,
            title=gettext_noop("Столбцы"),
            description=gettext_noop("Какие поля писать и в каком порядке; пусто — по названиям в первой строке листа"),
        )
        paths: bool = Field(
            default=False,
            title=gettext_noop("Названия — пути"),
            description=gettext_noop("Название столбца a.b — поле b внутри поля a"),
        )
        cells: str = Field(
            default="",
            max_length=20,
            pattern=r"^([A-Za-z]{1,3}:[A-Za-z]{1,3})?$",
            title=gettext_noop("Столбцы листа"),
            description=gettext_noop("Где лежит таблица, например A:C; пусто — с первого столбца"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """The first item's config decides for all. What was added is kept before the next part goes out."""
        progress = context.progress or {}
        done: int = progress.get("done", 0)
        columns: list[str] = list(progress.get("columns", []))
        waits: int = progress.get("waits", 0)
        try:
            if not columns and context.items:
                columns = _columns(context)
                return Later(0.0, "time_slice", {"done": 0, "columns": columns})
            if done < len(context.items):
                part = rows_of(context)[done : done + ROWS_AT_ONCE]
                _append(context, [_row(context, item, columns) for item in part])
                done, waits = done + len(part), 0
        except OutboundError as error:
            rest = rest_after(error)
            if rest is None or waits >= MAX_WAITS:
                raise failure(error, item=done) from error
            kept = {"done": done, "columns": columns, "waits": waits + 1}
            return Later(rest, error.code, kept, host=error.details.get("host"))
        if done < len(context.items):
            return Later(0.0, "time_slice", {"done": done, "columns": columns})
        context.log.info(gettext_noop("Строк: %(count)s"), count=done)
        return Done({"out": rows_of(context)})


def _columns(context: NodeContext) -> list[str]:
    """The names in the sheet's first row; they are written there when the sheet is empty."""
    config = context.config
    if config.columns:
        return list(config.columns)
    client = context.connect(SheetsClient)
    first_cell, _colon, last_cell = config.cells.partition(":")
    where = area(config.sheet, f"{first_cell}1:{last_cell}1" if config.cells else "1:1")
    table = table_id(config.table)
    first = client.read(table, where, credential=config.credential, read_as="FORMATTED_VALUE")
    if first and any(cell != "" for cell in first[0]):
        known = headings(first[0])
        new = unknown_columns(rows_of(context), known) if config.new_columns else []
        if new:
            client.write(table, {where: [*known, *new]}, credential=config.credential, write_as="RAW")
        return known + new
    names = unknown_columns(rows_of(context), ())
    client.write(table, {where: names}, credential=config.credential, write_as="RAW")
    return names


def _row(context: NodeContext, item: Item, columns: Sequence[str]) -> list[Any]:
    if not context.config.paths:
        return row_of(item, columns)
    found = {column: paths.read(item, column.split(".")) for column in columns}
    return row_of({column: value for column, value in found.items() if value is not paths.MISSING}, columns)


def _append(context: NodeContext, rows: list[list[Any]]) -> None:
    config = context.config
    context.connect(SheetsClient).append(
        table_id(config.table),
        area(config.sheet, config.cells or "A1"),
        rows,
        credential=config.credential,
        write_as="RAW" if config.values == "raw" else "USER_ENTERED",
    )
