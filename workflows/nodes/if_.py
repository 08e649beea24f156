"""Splits items in two by conditions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.graph.conditions import Combine, Condition, matches
from workflows.node_type import Done, Item, NodeContext, NodeType, Port, routed


class If(NodeType):
    type = "if"
    title = _("Условие")
    description = _("Отправляет каждый элемент на выход «да» или «нет»; выход, которому ничего не досталось, молчит.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("true", _("Да")), Port("false", _("Нет")))

    class Config(node_type.Config):
        conditions: tuple[Condition, ...] = Field(
            min_length=1,
            max_length=100,
            title=gettext_noop("Условия"),
            description=gettext_noop("Список условий вида {field, op, value}"),
        )
        combine: Combine = Field(
            default="all",
            title=gettext_noop("Как соединять"),
            description=gettext_noop("all — выполнены все условия, any — хотя бы одно"),
        )

    def run(self, context: NodeContext) -> Done:
        return routed((_port(context, index, item), index, item) for index, item in enumerate(context.items))


def _port(context: NodeContext, index: int, item: Item) -> str:
    config = context.config_for(index)
    return "true" if matches(item, config.conditions, config.combine) else "false"
