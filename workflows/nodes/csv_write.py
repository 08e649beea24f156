"""Writes all items as one CSV text or file."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows import node_type, table_files
from workflows.converting import attempt
from workflows.graph.fields import FieldName
from workflows.items import files, paths
from workflows.items.editing import with_value
from workflows.node_type import Done, NodeContext, NodeType, Port


class CsvWrite(NodeType):
    """A cell that a spreadsheet would run as a formula gets an apostrophe in front: data may come from anybody."""

    type = "csv-write"
    title = _("Записать CSV")
    description = _("Записывает все элементы одной таблицей CSV: текстом или файлом в поле единственного элемента.")
    group = "data"
    inputs = (Port("in", _("Строки")),)
    outputs = (Port("out", _("Таблица")),)
    weight = "cpu"

    class Config(node_type.Config):
        to: FieldName = Field(
            default="csv", title=gettext_noop("Куда записать"), description=gettext_noop("Поле для таблицы")
        )
        form: Literal["text", "file"] = Field(
            default="text",
            alias="as",
            title=gettext_noop("Вид"),
            description=gettext_noop("text — текст, file — файл {name, mime, data}"),
        )
        name: str = Field(
            default="data.csv",
            min_length=1,
            max_length=200,
            title=gettext_noop("Имя файла"),
            description=gettext_noop("Для file"),
        )
        columns: tuple[str, ...] = Field(
            default=(),
            max_length=1000,
            title=gettext_noop("Столбцы"),
            description=gettext_noop("Поля по порядку; пусто — все, какие встретились"),
        )
        delimiter: str = Field(
            default=",",
            min_length=1,
            max_length=1,
            title=gettext_noop("Разделитель"),
            description=gettext_noop("Один знак; русский Excel ждёт точку с запятой"),
        )
        header: bool = Field(
            default=True, title=gettext_noop("Заголовок"), description=gettext_noop("Начать с названий столбцов")
        )
        bom: bool = Field(
            default=False,
            title=gettext_noop("Метка BOM"),
            description=gettext_noop("Знак в начале, по которому Excel узнаёт UTF-8"),
        )
        encoding: Literal["utf-8", "cp1251"] = Field(
            default="utf-8",
            title=gettext_noop("Кодировка файла"),
            description=gettext_noop("Для file; знаки, которых нет в cp1251, заменяются на «?»"),
        )

        @model_validator(mode="after")
        def _mark_fits(self) -> CsvWrite.Config:
            if self.bom and self.encoding != "utf-8":
                raise ValueError(gettext_noop("BOM бывает только у utf-8"))
            return self

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "unreadable", "too_large". The first item's config decides."""
        config = context.config
        value = attempt(lambda: _table(context, config), item=0, field=config.to)
        item = with_value({}, paths.parse(config.to), value)
        return Done({"out": [item]}, {"out": [("in", 0)]} if context.items else {})


def _table(context: NodeContext, config: CsvWrite.Config) -> str | dict[str, str]:
    whole = table_files.csv_text(
        context.items, columns=config.columns, delimiter=config.delimiter, header=config.header, bom=config.bom
    )
    if config.form == "text":
        return whole
    return files.file(config.name, table_files.CSV, whole.encode(config.encoding, "replace"))
