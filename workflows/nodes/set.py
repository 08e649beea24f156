"""Puts values into fields of every item."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.graph.fields import Assignment
from workflows.items import paths
from workflows.items.editing import UNWRITABLE, Unwritable, with_value
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port


class Set(NodeType):
    type = "set"
    title = _("Задать поля")
    description = _("Записывает значения в поля каждого элемента: постоянные или взятые из него выражениями.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        fields: tuple[Assignment, ...] = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Поля"),
            description=gettext_noop("Список вида {name, value}"),
        )
        keep_rest: bool = Field(
            default=True,
            alias="keepRest",
            title=gettext_noop("Остальные поля"),
            description=gettext_noop("Оставить ли остальные поля элемента"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("field_unwritable")` where a field would have to stand inside a number or a text."""
        items: list[Item] = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            result: Item = item if config.keep_rest else {}
            for assignment in config.fields:
                try:
                    result = with_value(result, paths.parse(assignment.name), assignment.value)
                except Unwritable:
                    raise Permanent("field_unwritable", UNWRITABLE, field=assignment.name, item=index) from None
            items.append(result)
        return Done({"out": items})
