"""Makes items of the rows of a CSV text or file."""

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
from workflows.table_files import Encoding


class CsvRead(NodeType):
    """All values are texts, empty cells too: `data-transform` makes numbers and dates of them."""

    type = "csv-read"
    title = _("Прочитать CSV")
    description = _("Делает из каждой строки таблицы CSV элемент. CSV берётся из текста или файла, лежащего в поле.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Строки")),)
    weight = "cpu"

    class Config(node_type.Config):
        field: FieldPath = Field(
            title=gettext_noop("Поле"), description=gettext_noop("Путь к тексту CSV или к файлу {name, mime, data}")
        )
        delimiter: str = Field(
            default="",
            max_length=1,
            title=gettext_noop("Разделитель"),
            description=gettext_noop(
                "Один знак; пусто — определить по первой строке: запятая, точка с запятой, таб, |"
            ),
        )
        quote: str = Field(
            default='"',
            min_length=1,
            max_length=1,
            title=gettext_noop("Кавычка"),
            description=gettext_noop("Знак, в который заключены ячейки с разделителями и переводами строк"),
        )
        header: bool = Field(
            default=True,
            title=gettext_noop("Заголовок"),
            description=gettext_noop(
                "Первая строка — названия полей; без неё поля называются column1, column2 и далее"
            ),
        )
        encoding: Encoding = Field(
            default="auto",
            title=gettext_noop("Кодировка файла"),
            description=gettext_noop("auto — UTF-8 (с BOM и без), UTF-16 с BOM, иначе Windows-1251"),
        )

    def run(self, context: NodeContext) -> Done:
        return read_each(context, _rows)


def _rows(value: Any, config: CsvRead.Config, most: int) -> list[Item]:
    """At most one row more than `most`."""
    text = _text(value, config.encoding)
    return table_files.csv_items(text, delimiter=config.delimiter, quote=config.quote, header=config.header, most=most)


def _text(value: Any, encoding: Encoding) -> str:
    if isinstance(value, str):
        if len(value) > files.MAX_BYTES:
            raise files.TooLarge
        return value.removeprefix("\ufeff")
    return table_files.text_of(files.content(value), encoding)
