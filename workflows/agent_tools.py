"""The tools of an agent: what people set up, what the model is told of it, and what happens when the model wants it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import Refused
from integrations.http import Door
from integrations.language_models.talk import Tool, ToolCall
from integrations.safe_json import Encoder
from integrations.targets import path_segment
from workflows import calls, javascript, libraries, node_type
from workflows.calls import Call
from workflows.model_config import Library
from workflows.node_type import NodeContext

MAX_RESULT = 50_000
"""Characters of a tool's answer that the model is shown."""
PROGRAM_SECONDS = 10.0
TOOL = gettext_noop("Инструмент")
NAME = gettext_noop("Имя")
NAME_ABOUT = gettext_noop("Имя для модели: латинские буквы, цифры и _")
ABOUT = gettext_noop("Назначение")
ABOUT_ABOUT = gettext_noop("Когда модели им пользоваться и что он даёт")
ARGUMENTS = gettext_noop("Аргументы")
ARGUMENTS_ABOUT = gettext_noop("JSON Schema аргументов; пусто — один текст input")
ONE_TEXT: Mapping[str, Any] = {
    "type": "object",
    "properties": {"input": {"type": "string", "description": "The question or the input of the tool"}},
    "required": ["input"],
}
_PLACE = re.compile(r"\{(\w+)\}")


def _name() -> Any:
    return Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$", title=NAME, description=NAME_ABOUT)


def _about() -> Any:
    return Field(default="", max_length=10_000, title=ABOUT, description=ABOUT_ABOUT)


def _arguments() -> Any:
    return Field(default=None, title=ARGUMENTS, description=ARGUMENTS_ABOUT)


class LibraryTool(Library):
    """Finds texts in a store of vectors."""

    kind: Literal["library"] = Field(title=TOOL, description=gettext_noop("Поиск в хранилище векторов"))
    name: str = _name()
    description: str = _about()

    @property
    def takes(self) -> Mapping[str, Any]:
        return ONE_TEXT


class HttpTool(Call):
    """Calls an address: arguments fill `{places}` of the address, the others go into the query or the body."""

    kind: Literal["http"] = Field(title=TOOL, description=gettext_noop("Внешний запрос; {имя} в адресе — аргумент"))
    name: str = _name()
    description: str = _about()
    arguments: dict[str, Any] | None = _arguments()

    @property
    def takes(self) -> Mapping[str, Any]:
        return self.arguments or ONE_TEXT


class CodeTool(node_type.Config):
    """Runs a program in the jail."""

    kind: Literal["code"] = Field(title=TOOL, description=gettext_noop("Программа на JavaScript в изоляции"))
    name: str = _name()
    description: str = _about()
    arguments: dict[str, Any] | None = _arguments()
    program: str = Field(
        min_length=1,
        max_length=100_000,
        title=gettext_noop("Код"),
        description=gettext_noop("Тело функции: $json — аргументы, query — аргумент input; верните текст или объект"),
    )

    @property
    def takes(self) -> Mapping[str, Any]:
        return self.arguments or ONE_TEXT


AgentTool = Annotated[LibraryTool | HttpTool | CodeTool, Field(discriminator="kind")]


def told(tool: Any) -> Tool:
    """What the model is told of a tool."""
    return Tool(tool.name, tool.description or tool.name, tool.takes)


def use(context: NodeContext, tools: Mapping[str, Any], call: ToolCall, *, key: str) -> str:
    """What the tool gives, as the model reads it; a failure is told to the model, which may go another way.

    Raises `OutboundError` where the call may be made again later.
    """
    tool = tools.get(call.tool)
    if tool is None:
        return f"There is no tool {call.tool}."
    try:
        if isinstance(tool, LibraryTool):
            found = libraries.look_up(context, tool, _question(call.arguments))
            return libraries.as_reading(found)[:MAX_RESULT]
        if isinstance(tool, HttpTool):
            return _asked(context, tool, call.arguments, key)[:MAX_RESULT]
        return _ran(context, tool, call.arguments)[:MAX_RESULT]
    except Refused as refused:
        return f"The tool failed: {refused.code} {refused.details.get('answer', '')}"[:MAX_RESULT]


def _question(arguments: Mapping[str, Any]) -> str:
    said = arguments.get("input", arguments.get("query"))
    return said if isinstance(said, str) and said else _written(dict(arguments))


def _asked(context: NodeContext, tool: HttpTool, arguments: Mapping[str, Any], key: str) -> str:
    missing = [name for name in _PLACE.findall(tool.url.partition("?")[0]) if arguments.get(name) in (None, "")]
    if missing:  # the address without it would be that of something larger
        return f"The tool needs {', '.join(missing)}."
    placed = {name for name in _PLACE.findall(tool.url) if name in arguments}
    url = _PLACE.sub(lambda found: path_segment(arguments.get(found[1], "")), tool.url)
    others = {name: value for name, value in arguments.items() if name not in placed}
    in_query = tool.method in ("GET", "HEAD", "DELETE")
    body = tool.body if in_query or not isinstance(tool.body, dict | None) else {**(tool.body or {}), **others}
    query = {**tool.query, **others} if in_query else tool.query
    filled = tool.model_copy(update={"url": url, "query": query, "body": body})
    answer = calls.perform(context.connect(Door), filled, key=key)
    return _written(answer["body"])


def _ran(context: NodeContext, tool: CodeTool, arguments: Mapping[str, Any]) -> str:
    seconds = max(0.1, min(PROGRAM_SECONDS, context.deadline - time.monotonic() - 1))
    source = f"const query=$json.input;\nreturn {{result:await (async()=>{{{tool.program}\n}})()}};"
    try:
        ran = javascript.run(
            source,
            replace(context.surroundings, items=[dict(arguments)]),
            mode="each",
            seconds=seconds,
            watching=context.watching,
        )
    except javascript.ScriptFailed as error:
        return f"The tool failed: {error.message}"
    except javascript.LimitReached as error:
        return f"The tool failed: it reached the limit of {error.limit}"
    return _written(ran.items[0].get("result") if ran.items else None)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, cls=Encoder)
