"""Writes all items as one sheet of an Excel file (XLSX)."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type, table_files
from workflows.converting import attempt
from workflows.graph.fields import FieldName
from workflows.items import files, paths
from workflows.items.editing import with_value
from workflows.node_type import Done, NodeContext, NodeType, Port

FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")


class SpreadsheetWrite(NodeType):
    """Texts stay texts: what a spreadsheet would run as a formula gets an apostrophe in front."""

    type = "spreadsheet-write"
    title = _("Записать таблицу Excel")
    description = _("Записывает все элементы листом XLSX: файлом {name, mime, data} в поле единственного элемента.")
    group = "data"
    inputs = (Port("in", _("Строки")),)
    outputs = (Port("out", _("Файл")),)
    weight = "cpu"

    class Config(node_type.Config):
        to: FieldName = Field(
            default="file", title=gettext_noop("Куда записать"), description=gettext_noop("Поле для файла")
        )
        name: str = Field(
            default="data.xlsx",
            min_length=1,
            max_length=200,
            title=gettext_noop("Имя файла"),
            description=gettext_noop("С расширением .xlsx"),
        )
        sheet: str = Field(
            default="Sheet1",
            min_length=1,
            max_length=31,
            title=gettext_noop("Лист"),
            description=gettext_noop("Название листа"),
        )
        columns: tuple[str, ...] = Field(
            default=(),
            max_length=1000,
            title=gettext_noop("Столбцы"),
            description=gettext_noop("Поля по порядку; пусто — все, какие встретились"),
        )

        @field_validator("sheet")
        @classmethod
        def _can_be_a_name(cls, sheet: str) -> str:
            if FORBIDDEN.search(sheet):
                raise ValueError(gettext_noop("в названии листа не бывает знаков [ ] : * ? / \\"))
            return sheet

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "unreadable", "too_large". The first item's config decides."""
        config = context.config
        value = attempt(lambda: _file(context, config), item=0, field=config.to)
        item = with_value({}, paths.parse(config.to), value)
        return Done({"out": [item]}, {"out": [("in", 0)]} if context.items else {})


def _file(context: NodeContext, config: SpreadsheetWrite.Config) -> dict[str, str]:
    packed = table_files.sheet_file(context.items, sheet=config.sheet, columns=config.columns)
    return files.file(config.name, table_files.XLSX, packed)
