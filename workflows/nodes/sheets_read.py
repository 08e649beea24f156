"""Reads the rows of a Google sheet."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.sheets.client import ReadAs, SheetsClient, table_id
from workflows import node_type
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item
from workflows.sheet_rows import EVERYTHING, Sheet, area, headings, letter, quoted

SECONDS = 60.0


class Match(node_type.Config):
    """A row is wanted when its column holds this value."""

    column: str = Field(
        min_length=1, max_length=200, title=gettext_noop("Столбец"), description=gettext_noop("Название столбца")
    )
    value: Any = Field(
        default=None, title=gettext_noop("Значение"), description=gettext_noop("Число и такой же текст — одно и то же")
    )


class SheetsRead(NodeType):
    """Each row becomes an item with the names of the first row; empty rows are left out."""

    type = "sheets-read"
    title = _("Прочитать таблицу Google")
    description = _(
        "Читает строки листа Google Таблиц: каждая строка становится элементом с названиями из первой строки"
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Строки")),)
    weight = "io"
    only_reads = True
    retry = RetryPolicy(attempts=4, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 300.0

    class Config(Sheet):
        cells: str = Field(
            default="",
            max_length=50,
            pattern=r"^[A-Za-z0-9:]*$",
            title=gettext_noop("Диапазон"),
            description=gettext_noop("Например A1:F или B2:D100; пусто — весь лист"),
        )
        headings: bool = Field(
            default=True,
            title=gettext_noop("Первая строка — названия"),
            description=gettext_noop("Если нет, столбцы называются A, B, C и так далее"),
        )
        values: Literal["raw", "formatted"] = Field(
            default="raw",
            title=gettext_noop("Значения"),
            description=gettext_noop("raw — числа числами; formatted — текст, как его видно в таблице"),
        )

        where: tuple[Match, ...] = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Условия"),
            description=gettext_noop("Какие строки отдать: {column, value}; пусто — все"),
        )
        first: bool = Field(
            default=False,
            title=gettext_noop("Только первая"),
            description=gettext_noop("Отдать первую строку, которая подходит"),
        )
        row_number: bool = Field(
            default=False,
            alias="rowNumber",
            title=gettext_noop("Номер строки"),
            description=gettext_noop("Добавить поле row_number"),
        )
        empty: Literal["null", "text"] = Field(
            default="null",
            title=gettext_noop("Пустые клетки"),
            description=gettext_noop("null — отсутствие значения, text — пустой текст"),
        )

    def run(self, context: NodeContext) -> Outcome:
        client = context.connect(SheetsClient)

        def ask(index: int) -> list[Item]:
            config = context.config_for(index)
            whole = quoted(config.sheet) if config.sheet else EVERYTHING
            where = area(config.sheet, config.cells) if config.cells else whole
            read_as: ReadAs = "UNFORMATTED_VALUE" if config.values == "raw" else "FORMATTED_VALUE"
            rows = client.read(table_id(config.table), where, credential=config.credential, read_as=read_as)
            return _wanted(_items(rows, config), config)

        found = for_each_item(context, ask, seconds=lambda _index: SECONDS)
        if isinstance(found, Later):
            return found
        sources = [("in", index) for index, items in enumerate(found) for _item in items]
        context.log.info(gettext_noop("Строк: %(count)s"), count=len(sources))
        return Done({"out": [item for items in found for item in items]}, sources={"out": sources})


def _wanted(items: list[Item], config: Any) -> list[Item]:
    """The rows that fit; numbers in a sheet and texts in a config may mean the same."""
    found = [
        item
        for item in items
        if all(_text(item.get(match.column.strip())) == _text(match.value) for match in config.where)
    ]
    return found[:1] if config.first else found


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _items(rows: list[list[object]], config: Any) -> list[Item]:
    """Empty rows are left out, missing cells at the end of a row are empty."""
    named, absent = config.headings, "" if config.empty == "text" else None
    width = max((len(row) for row in rows), default=0)
    first = rows[0] if rows and named else []
    names = headings([*first, *[""] * (width - len(first))]) if named else [letter(place) for place in range(width)]
    start = 1 if named else 0
    found = []
    for number, row in enumerate(rows[start:], start=start + 1):
        if any(cell not in ("", None) for cell in row):
            item: Item = {"row_number": number} if config.row_number else {}
            found.append(item | dict(zip(names, [*row, *[absent] * (width - len(row))], strict=True)))
    return found
