"""Changes rows of a Google sheet that are found by the value of one column."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.sheets.client import SheetsClient, WriteAs, table_id
from workflows.calls import MAX_WAITS, failure, rest_after
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Later, NodeContext, NodeType, Outcome, Permanent, Port, routed
from workflows.sheet_rows import (
    EVERYTHING,
    Row,
    Sheet,
    area,
    headings,
    letter,
    quoted,
    row_of,
    rows_of,
    unknown_columns,
)


class SheetsUpdate(NodeType):
    """Writing the same values again changes nothing, so the whole step may be repeated."""

    type = "sheets-update"
    title = _("Изменить строки таблицы Google")
    description = _(
        "Находит строки листа Google Таблиц по значению одного столбца и пишет в них поля элементов; остальные ячейки "
        "не меняются. Элементы, для которых строки нет, уходят на второй выход."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("updated", _("Изменено")), Port("missing", _("Нет такой строки")))
    weight = "io"
    retry = RetryPolicy(attempts=4, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 300.0

    class Config(Sheet, Row):
        by: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Ключ"),
            description=gettext_noop("Столбец, по которому строка узнаётся; так же называется поле элемента"),
        )
        absent: Literal["port", "append"] = Field(
            default="port",
            title=gettext_noop("Если строки нет"),
            description=gettext_noop("port — элемент уходит на второй выход; append — строка добавляется"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """The first item's config decides for all."""
        waits: int = (context.progress or {}).get("waits", 0)
        if not context.items:
            return Done({"updated": []})
        try:
            return _update(context)
        except OutboundError as error:
            rest = rest_after(error)
            if rest is None or waits >= MAX_WAITS:
                raise failure(error, item=0) from error
            return Later(rest, error.code, {"waits": waits + 1}, host=error.details.get("host"))


def _update(context: NodeContext) -> Done:
    config = context.config
    client, table = context.connect(SheetsClient), table_id(config.table)
    whole = quoted(config.sheet) if config.sheet else EVERYTHING
    rows = client.read(table, whole, credential=config.credential, read_as="UNFORMATTED_VALUE")
    names = headings(rows[0]) if rows else []
    column, items = config.by.strip(), rows_of(context)
    if column not in names:
        raise Permanent("sheet_column_missing", _("На листе нет столбца %(column)s"), column=column)
    new = unknown_columns(items, names) if config.new_columns else []
    names += new
    key = names.index(column)
    places = {_key(row[key]): number for number, row in enumerate(rows[1:], start=2) if len(row) > key}
    found = [places.get(_key(item.get(config.by, item.get(column)))) for item in items]
    last = letter(len(names) - 1)
    cells: dict[str, list[Any]] = {area(config.sheet, f"A1:{last}1"): list(names)} if new else {}
    for item, number in zip(items, found, strict=True):
        if number is not None:
            cells[area(config.sheet, f"A{number}:{last}{number}")] = row_of(item, names)
    write_as: WriteAs = "RAW" if config.values == "raw" else "USER_ENTERED"
    if cells:
        client.write(table, cells, credential=config.credential, write_as=write_as)
    adds = config.absent == "append"
    missing = [row_of(item, names) for item, number in zip(items, found, strict=True) if number is None and adds]
    if missing:
        # A second try finds these rows by their key, so the whole step may be repeated.
        client.append(table, area(config.sheet, "A1"), missing, credential=config.credential, write_as=write_as)
    return routed(
        ("updated" if adds or number is not None else "missing", index, item)
        for index, (item, number) in enumerate(zip(items, found, strict=True))
    )


def _key(value: Any) -> str | None:
    """Numbers in a sheet and texts in an item may mean the same."""
    return None if value in (None, "") else str(value).strip()
