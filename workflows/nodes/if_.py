"""Splits items in two by conditions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.condition_config import ElementConditions
from workflows.node_type import Done, Item, NodeContext, NodeType, Port, routed


class If(NodeType):
    type = "if"
    title = _("Условие")
    description = _("Отправляет каждый элемент на выход «да» или «нет»; выход, которому ничего не досталось, молчит.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("true", _("Да")), Port("false", _("Нет")))
    Config = ElementConditions

    def run(self, context: NodeContext) -> Done:
        return routed((_port(context, index, item), index, item) for index, item in enumerate(context.items))


def _port(context: NodeContext, index: int, item: Item) -> str:
    return "true" if context.config_for(index).hold_for(item) else "false"
