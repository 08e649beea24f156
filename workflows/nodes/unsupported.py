"""Stands for a node of another system that has no counterpart here: kept with its links, never run."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port


class Unsupported(NodeType):
    """A workflow that holds one cannot be published: `reasons` say why, each `{message, params}` with a msgid."""

    type = "unsupported"
    title = _("Не поддерживается")
    description = _("Узел другой системы, которого здесь нет: замените его, чтобы процесс можно было опубликовать.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    any_handles = True
    verbatim = frozenset({"original", "reasons"})

    class Config(node_type.Config):
        original: str = Field(
            default="",
            max_length=500,
            title=gettext_noop("Исходный тип"),
            description=gettext_noop("Как узел называется там, откуда он пришёл"),
        )
        reasons: tuple[dict[str, Any], ...] = Field(
            default=(),
            title=gettext_noop("Причины"),
            description=gettext_noop("Почему узел не может работать здесь"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("unsupported_node")`."""
        raise Permanent("unsupported_node", _("Узла типа «%(type)s» здесь нет"), type=context.config.original)
