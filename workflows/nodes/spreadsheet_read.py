"""Makes items of the rows of an Excel file (XLSX)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type, table_files
from workflows.converting import read_each
from workflows.graph.fields import FieldPath
from workflows.items import files
from workflows.node_type import Done, Item, NodeContext, NodeType, Port


class SpreadsheetRead(NodeType):
    """Of formulas the values that the file holds are read, nothing is calculated. Dates are written as in ISO 8601."""

    type = "spreadsheet-read"
    title = _("Прочитать таблицу Excel")
    description = _("Делает из каждой строки листа XLSX элемент. Файл {name, mime, data} берётся из поля.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Строки")),)
    weight = "cpu"

    class Config(node_type.Config):
        field: FieldPath = Field(
            title=gettext_noop("Поле"), description=gettext_noop("Путь к файлу {name, mime, data} или к его base64")
        )
        sheet: str = Field(
            default="",
            max_length=31,
            title=gettext_noop("Лист"),
            description=gettext_noop("Название листа; пусто — первый"),
        )
        header: bool = Field(
            default=True,
            title=gettext_noop("Заголовок"),
            description=gettext_noop(
                "Первая строка — названия полей; без неё поля называются column1, column2 и далее"
            ),
        )

    def run(self, context: NodeContext) -> Done:
        return read_each(context, _rows)


def _rows(value: Any, config: SpreadsheetRead.Config, most: int) -> list[Item]:
    """At most one row more than `most`."""
    return table_files.sheet_items(files.content(value), sheet=config.sheet, header=config.header, most=most)
