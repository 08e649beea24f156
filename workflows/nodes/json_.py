"""Reads JSON out of a text, or writes it as one."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations import safe_json
from workflows.converting import Conversion, convert_each, text_of
from workflows.node_type import Done, NodeContext, NodeType, Port


class Json(NodeType):
    type = "json"
    title = _("Чтение и запись JSON")
    description = _("Читает JSON из текста в поле или записывает значение поля как текст JSON.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(Conversion):
        mode: Literal["parse", "write"] = Field(
            default="parse",
            title=gettext_noop("Что сделать"),
            description=gettext_noop("parse — прочитать текст, write — записать текстом"),
        )

    def run(self, context: NodeContext) -> Done:
        return convert_each(context, _read_or_written)


def _read_or_written(value: Any, config: Json.Config) -> Any:
    """What is no text has been read already. Raises `ValueError`."""
    if config.mode == "write":
        return safe_json.dumps(value)
    return safe_json.loads(text_of(value)) if isinstance(value, str) else value
