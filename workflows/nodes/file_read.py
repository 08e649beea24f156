"""Makes data of the files that items carry: rows of a table, JSON, a text, or the content in base64."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations import safe_json
from workflows import file_texts, node_type, stored_files, table_files
from workflows.converting import attempt
from workflows.file_field import FileField
from workflows.graph.fields import FieldName
from workflows.items import attached, files, paths
from workflows.items.editing import with_value
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port
from workflows.stored_files import Content
from workflows.table_files import Encoding

Form = Literal["auto", "csv", "xlsx", "json", "text", "base64", "pdf"]


class FileRead(NodeType):
    """A table gives an item for each row, JSON what it holds; a text and base64 stand in a field, a PDF's text beside
    the number of its pages and what it says of itself."""

    type = "file-read"
    title = _("Прочитать файл")
    description = _("Берёт файл элемента и делает из него данные: строки CSV или XLSX, JSON, текст (и PDF), base64")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Данные")),)
    weight = "cpu"

    class Config(node_type.Config):
        file: str = FileField()
        form: Form = Field(
            default="auto",
            title=gettext_noop("Вид"),
            description=gettext_noop("csv, xlsx, json, text, pdf или base64; auto — по имени и типу файла"),
        )
        to: FieldName | None = Field(
            default=None,
            title=gettext_noop("Куда записать"),
            description=gettext_noop("Поле для json, text и base64; пусто — data, а объект JSON станет элементом"),
        )
        keep: bool = Field(
            default=False,
            title=gettext_noop("Оставить элемент"),
            description=gettext_noop("Для json, text и base64: добавить поле к элементу с его файлами"),
        )
        header: bool = Field(
            default=True,
            title=gettext_noop("Заголовок"),
            description=gettext_noop("Для таблиц: первая строка — названия полей"),
        )
        delimiter: str = Field(
            default="",
            max_length=1,
            title=gettext_noop("Разделитель"),
            description=gettext_noop("Для csv: один знак; пусто — определить по первой строке"),
        )
        sheet: str = Field(
            default="",
            max_length=31,
            title=gettext_noop("Лист"),
            description=gettext_noop("Для xlsx: название листа; пусто — первый"),
        )
        encoding: Encoding = Field(
            default="auto",
            title=gettext_noop("Кодировка"),
            description=gettext_noop("auto — UTF-8, UTF-16 с BOM, иначе Windows-1251"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "no_file", "file_gone", "unreadable", "too_large", "too_many_items"."""
        items: list[Item] = []
        sources: list[tuple[str, int]] = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            content = stored_files.read(context, item, config.file, index=index)
            most = MAX_ITEMS - len(items)
            found = attempt(partial(_read, content, config, item, most), item=index, field=config.file)
            if len(found) > most:
                raise Permanent("too_many_items", TOO_MANY_ITEMS, item=index, limit=MAX_ITEMS)
            items += found
            sources += [("in", index)] * len(found)
        context.log.info(gettext_noop("Прочитано файлов: %(files)s, элементов: %(count)s"),
                         files=len(context.items), count=len(items))  # fmt: skip
        return Done({"out": items}, {"out": sources})


def _read(content: Content, config: Any, item: Item, most: int) -> list[Item]:
    form = _form(content) if config.form == "auto" else config.form
    if form == "csv":
        text = table_files.text_of(content.data, config.encoding)
        return table_files.csv_items(text, delimiter=config.delimiter, header=config.header, most=most)
    if form == "xlsx":
        return table_files.sheet_items(content.data, sheet=config.sheet, header=config.header, most=most)
    if form == "pdf":
        document = file_texts.pdf_of(content.data)
        told = {"text": "\n\n".join(document.pages), "numpages": len(document.pages), "info": document.about}
        return [{**(item if config.keep else {}), **told}]
    value: Any
    if form == "base64":
        if len(content.data) > files.MAX_BYTES:
            raise files.TooLarge
        value = base64.b64encode(content.data).decode()
    else:
        value = table_files.text_of(content.data, config.encoding)
        value = safe_json.loads(value.encode()) if form == "json" else value
    if config.to is None and form == "json" and isinstance(value, dict):
        return [{**item, **value} if config.keep else value]
    return [with_value(item if config.keep else {}, paths.parse(config.to or attached.USUAL), value)]


def _form(content: Content) -> Form:
    name, mime = content.name.lower(), content.mime.lower()
    if name.endswith((".xlsx", ".xlsm")) or mime == table_files.XLSX:
        return "xlsx"
    if name.endswith((".csv", ".tsv")) or mime == table_files.CSV:
        return "csv"
    if file_texts.is_pdf(content):
        return "pdf"
    if name.endswith(".json") or mime == "application/json":
        return "json"
    return "text" if mime.startswith("text/") or name.endswith((".txt", ".xml", ".html", ".md")) else "base64"
