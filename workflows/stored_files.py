"""Files of items as nodes take and give them: contents by name, and what goes wrong as failures of the step."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.errors import OutboundError
from integrations.files import FileStore
from workflows.items import attached
from workflows.items.attached import FILES
from workflows.node_type import Item, NodeContext, Permanent


@dataclass(frozen=True)
class Content:
    """A file with what is in it."""

    name: str
    mime: str
    data: bytes


def read(context: NodeContext, item: Item, name: str, *, index: int) -> Content:
    """The file of this name of item `index`. Raises `Permanent`: "no_file", "file_gone"."""
    file = attached.files_of(item).get(name)
    if file is None:
        message = _("У элемента %(item)s нет файла «%(file)s»: проверьте предыдущий узел")
        raise Permanent("no_file", message, item=index, file=name)
    try:
        data = context.connect(FileStore).read(file)
    except OutboundError as error:
        raise Permanent(error.code, error.message, **{**error.details, "item": index}) from error
    return Content(str(file.get("fileName") or name), str(file.get("mimeType") or ""), data)


def put(context: NodeContext, content: Content, *, index: int) -> dict[str, Any]:
    """The file as an item carries it. Raises `Permanent("file_too_large")`."""
    try:
        return context.connect(FileStore).put(content.data, name=content.name, mime=content.mime)
    except OutboundError as error:
        raise Permanent(error.code, error.message, **{**error.details, "item": index}) from error


def with_file(context: NodeContext, item: Item, name: str, content: Content, *, index: int) -> Item:
    """The item with this file beside those that it has."""
    return attached.with_files(item, {**attached.files_of(item), name: put(context, content, index=index)})


def keep_made(context: NodeContext, items: Sequence[Item]) -> list[Item]:
    """The items of a program: files whose content it gives in base64 are stored. Raises `Permanent("not_a_file")`."""
    return [_kept(context, item, index) if FILES in item else item for index, item in enumerate(items)]


def _kept(context: NodeContext, item: Item, index: int) -> Item:
    files: dict[str, Mapping[str, Any]] = {}
    for name, file in attached.files_of(item).items():
        text = file.get("data")
        if not isinstance(text, str):
            files[name] = file
            continue
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            message = _("Элемент %(item)s: содержимое файла «%(file)s» – не base64")
            raise Permanent("not_a_file", message, item=index, file=name) from None
        content = Content(str(file.get("fileName") or name), str(file.get("mimeType") or ""), data)
        files[name] = {**put(context, content, index=index), **_said(file)}
    return attached.with_files(item, files)


def _said(file: Mapping[str, Any]) -> dict[str, Any]:
    """What the program says of its file wins over what follows from it."""
    return {name: file[name] for name in ("fileName", "mimeType", "fileExtension") if isinstance(file.get(name), str)}
