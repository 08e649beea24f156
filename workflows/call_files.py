"""Requests whose bodies are forms or files of items, and answers that become files; what of an answer leaves a node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlencode, urlsplit

from django.utils.translation import gettext_noop
from pydantic import Field
from urllib3 import encode_multipart_formdata

from integrations.http import Answer, Door
from workflows import calls, stored_files
from workflows.calls import Call
from workflows.file_field import FileField
from workflows.graph.fields import FieldPath
from workflows.items import attached, paths
from workflows.items.coercion import as_text
from workflows.node_type import Done, Item, NodeContext
from workflows.stored_files import Content

MAX_PAGES = 1000
MORE_PAGES = gettext_noop("Прочитано страниц: %(count)s, и есть ещё; чтобы прочитать их, увеличьте mostPages")
FORM = "application/x-www-form-urlencoded"


class FileCall(Call):
    """A request, how its body is written, and what becomes of the answer."""

    body_kind: Literal["plain", "form", "multipart", "file"] = Field(
        default="plain",
        alias="bodyKind",
        title=gettext_noop("Вид тела"),
        description=gettext_noop(
            "plain — текст или JSON, form — поля формы, multipart — поля и файлы, file — сам файл элемента"
        ),
    )
    files: dict[str, str] = Field(
        default_factory=dict,
        title=gettext_noop("Файлы"),
        description=gettext_noop("Для multipart: имя поля и имя файла элемента, например {document: data}"),
    )
    file: str = FileField(
        description=gettext_noop("Имя файла элемента: который отправить при file или под которым оставить ответ")
    )
    output: Literal["answer", "body", "full", "file"] = Field(
        default="answer",
        title=gettext_noop("Что отдать"),
        description=gettext_noop(
            "answer — ответ целиком, body — только тело: объект становится элементом, список — элементами, "
            "текст лежит в поле data; full — {body, headers, statusCode, statusMessage}; file — тело файлом элемента"
        ),
    )
    to: str = Field(
        default="data",
        min_length=1,
        max_length=200,
        title=gettext_noop("Поле для текста"),
        description=gettext_noop("Для body: куда положить тело, которое не объект"),
    )
    pages: dict[str, FieldPath] = Field(
        default_factory=dict,
        max_length=10,
        title=gettext_noop("Следующая страница"),
        description=gettext_noop(
            "Параметр адреса и путь в теле ответа, откуда его взять для следующей страницы, например {cursor: cursor}; "
            "пока там что-то есть"
        ),
    )
    most_pages: int = Field(
        default=100,
        ge=1,
        le=MAX_PAGES,
        alias="mostPages",
        title=gettext_noop("Предел страниц"),
        description=gettext_noop("Сколько страниц прочитать самое большее"),
    )
    any_status: bool = Field(
        default=False,
        alias="anyStatus",
        title=gettext_noop("Любой код ответа"),
        description=gettext_noop("Считать ответом и код ошибки, а не завершать шаг"),
    )


def ask(context: NodeContext, door: Door, index: int, key: str | None) -> Item:
    """The answer to the request of one item, as it is kept until all are there. Raises `OutboundError`, `Permanent`."""
    call: FileCall = context.config_for(index)
    if call.pages:
        return _paged(context, door, call, index)
    answer = calls.send(door, call, _body(context, call, index), key=key, any_status=call.any_status)
    if call.output != "file":
        return calls.as_item(answer)
    content = Content(_name_of(answer), answer.headers.get("content-type", ""), answer.body)
    return {"file": stored_files.put(context, content, index=index)}


def _paged(context: NodeContext, door: Door, call: FileCall, index: int) -> Item:
    """The answers to one request, page after page: `{"pages": […]}`."""
    found: list[Item] = []
    query = dict(call.query)
    while len(found) < call.most_pages:
        page = call.model_copy(update={"query": query})
        found.append(calls.as_item(calls.send(door, page, _body(context, call, index), any_status=call.any_status)))
        following = {name: paths.read(found[-1]["body"], paths.parse(path)) for name, path in call.pages.items()}
        if any(value in (None, paths.MISSING, "") or value == query.get(name) for name, value in following.items()):
            return {"pages": found}
        query |= following
    context.log.warning(MORE_PAGES, count=call.most_pages)
    return {"pages": found}


def shaped(context: NodeContext, answers: Sequence[Item]) -> Done:
    """What leaves the node."""
    output = context.config.output
    if answers and "pages" in answers[0]:
        return _of_pages(context, answers)
    if output == "answer":
        return Done({"out": list(answers)})
    if output == "full":
        return Done({"out": [_full(answer) for answer in answers]})
    if output == "body":
        return _bodies(context, enumerate(answers))
    items = [
        attached.with_files(item, {**attached.files_of(item), context.config_for(index).file: answer["file"]})
        for index, (item, answer) in enumerate(zip(context.items, answers, strict=True))
    ]
    return Done({"out": items})


def _body(context: NodeContext, call: FileCall, index: int) -> dict[str, Any]:
    if call.body_kind == "plain":
        return calls.plain_body(call.body)
    item = context.items[index]
    if call.body_kind == "file":
        content = stored_files.read(context, item, call.file, index=index)
        return {"data": content.data, "headers": {"Content-Type": content.mime}}
    fields = call.body if isinstance(call.body, Mapping) else {}
    if call.body_kind == "form":
        if isinstance(call.body, str):
            return {"data": call.body.encode(), "headers": {"Content-Type": FORM}}
        return {"data": urlencode({name: as_text(value) for name, value in fields.items()}),
                "headers": {"Content-Type": FORM}}  # fmt: skip
    parts: list[Any] = [(name, as_text(value)) for name, value in fields.items()]
    for name, file in call.files.items():
        content = stored_files.read(context, item, file, index=index)
        parts.append((name, (content.name, content.data, content.mime)))
    data, kind = encode_multipart_formdata(parts)
    return {"data": data, "headers": {"Content-Type": kind}}


def _name_of(answer: Answer) -> str:
    """What the server calls the file, else the end of its address."""
    disposition = answer.headers.get("content-disposition", "")
    for part in disposition.split(";"):
        name, _equals, value = part.strip().partition("=")
        if name.lower() == "filename" and value:
            return value.strip('"')
    return unquote(PurePosixPath(urlsplit(answer.url).path).name)


def _full(answer: Item) -> Item:
    return {
        "body": answer["body"],
        "headers": answer["headers"],
        "statusCode": answer["status"],
        "statusMessage": answer.get("reason", ""),
    }


def _of_pages(context: NodeContext, answers: Sequence[Item]) -> Done:
    """An item for each page, in the wanted form."""
    pages = [(index, page) for index, answer in enumerate(answers) for page in answer["pages"]]
    output = context.config.output
    if output == "body":
        return _bodies(context, pages)
    items = [_full(page) if output == "full" else page for _index, page in pages]
    return Done({"out": items}, {"out": [("in", index) for index, _page in pages]})


def _bodies(context: NodeContext, answers: Iterable[tuple[int, Item]]) -> Done:
    items: list[Item] = []
    sources: list[tuple[str, int]] = []
    for index, answer in answers:
        to = context.config_for(index).to
        for one in answer["body"] if isinstance(answer["body"], list) else [answer["body"]]:
            items.append(one if isinstance(one, dict) else {to: one})
            sources.append(("in", index))
    return Done({"out": items}, {"out": sources})
