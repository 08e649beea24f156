"""Makes files of data, which items carry on: one of all items, or one of a field of each."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations import safe_json
from workflows import node_type, stored_files, table_files
from workflows.converting import attempt
from workflows.file_field import KEPT, FileField
from workflows.graph.fields import FieldPath
from workflows.items import attached, files, paths
from workflows.items.coercion import as_text
from workflows.items.paths import MISSING
from workflows.node_type import Done, Item, NodeContext, NodeType, Port
from workflows.stored_files import Content

MIMES = {
    "csv": table_files.CSV,
    "xlsx": table_files.XLSX,
    "html": "text/html",
    "json": "application/json",
    "text": "text/plain",
    "base64": "",
}
EXTENSIONS = {"csv": ".csv", "xlsx": ".xlsx", "html": ".html", "json": ".json", "text": ".txt", "base64": ""}
WHOLE = frozenset({"csv", "xlsx", "html"})
"""Forms that all items go into together."""


class FileMake(NodeType):
    """Cells that a spreadsheet would run as a formula get an apostrophe in front: data may come from anybody."""

    type = "file-make"
    title = _("Создать файл")
    description = _("Делает из элементов файл — таблицу CSV, XLSX или HTML, JSON — либо из поля каждого: текст, base64")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Файлы")),)
    weight = "cpu"

    class Config(node_type.Config):
        form: Literal["csv", "xlsx", "html", "json", "text", "base64"] = Field(
            default="csv",
            title=gettext_noop("Вид"),
            description=gettext_noop("csv, xlsx, html, json — из всех элементов; text и base64 — из поля каждого"),
        )
        each: bool = Field(
            default=False,
            title=gettext_noop("Каждый отдельно"),
            description=gettext_noop("Для json: файл для каждого элемента, а не один для всех"),
        )
        field: FieldPath | None = Field(
            default=None,
            title=gettext_noop("Поле"),
            description=gettext_noop("Для text и base64: где содержимое; для json: пусто — элемент целиком"),
        )
        file: str = FileField(description=KEPT)
        name: str = Field(
            default="",
            max_length=255,
            title=gettext_noop("Имя файла"),
            description=gettext_noop("Как назвать файл; пусто — file с расширением"),
        )
        mime: str = Field(
            default="",
            max_length=200,
            title=gettext_noop("Тип"),
            description=gettext_noop("Например image/png; пусто — по виду и имени"),
        )
        keep: bool = Field(
            default=False,
            title=gettext_noop("Оставить элемент"),
            description=gettext_noop("Для файла из поля: оставить остальные поля и файлы"),
        )
        header: bool = Field(
            default=True,
            title=gettext_noop("Заголовок"),
            description=gettext_noop("Для csv: начать с названий столбцов"),
        )
        delimiter: str = Field(
            default=",",
            min_length=1,
            max_length=1,
            title=gettext_noop("Разделитель"),
            description=gettext_noop("Для csv: один знак"),
        )

        @model_validator(mode="after")
        def _has_a_source(self) -> Any:
            if self.form in ("text", "base64") and self.field is None:
                raise ValueError(gettext_noop("Укажите поле с содержимым файла"))
            return self

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "unreadable", "too_large", "file_too_large"."""
        if not context.items:
            return Done({"out": []})
        config = context.config
        if config.form in WHOLE or (config.form == "json" and not config.each and config.field is None):
            data = attempt(partial(_whole, context.items, config), item=0, field=config.file)
            item = stored_files.with_file(context, {}, config.file, _content(config, data), index=0)
            return Done({"out": [item]}, {"out": [("in", 0)]})
        return Done({"out": [_made(context, index, item) for index, item in enumerate(context.items)]})


def _whole(items: list[Item], config: Any) -> bytes:
    plain = [attached.without_files(item) for item in items]
    if config.form == "xlsx":
        return table_files.sheet_file(plain)
    if config.form == "json":
        return safe_json.dumps(plain).encode()
    if config.form == "html":
        return table_files.html_page(plain).encode()
    return table_files.csv_text(plain, delimiter=config.delimiter, header=config.header).encode()


def _made(context: NodeContext, index: int, item: Item) -> Item:
    config = context.config_for(index)
    data = attempt(partial(_of_field, item, config), item=index, field=config.field or config.file)
    return stored_files.with_file(
        context, item if config.keep else {}, config.file, _content(config, data), index=index
    )


def _of_field(item: Item, config: Any) -> bytes:
    value = attached.without_files(item) if config.field is None else paths.read(item, paths.parse(config.field))
    if value is MISSING or value is None:
        raise ValueError(config.field)
    if config.form == "json":
        return safe_json.dumps(value).encode()
    if config.form == "text":
        return as_text(value).encode()
    if not isinstance(value, str):
        raise files.NotAFile
    try:
        return base64.b64decode(value.partition(",")[2] if value.startswith("data:") else value, validate=True)
    except (binascii.Error, ValueError):
        raise files.NotAFile from None


def _content(config: Any, data: bytes) -> Content:
    name = config.name or f"file{EXTENSIONS[config.form]}"
    return Content(name, config.mime or MIMES[config.form], data)
