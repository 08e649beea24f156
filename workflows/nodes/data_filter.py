"""Keeps the items that fulfil conditions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from workflows.condition_config import ElementConditions
from workflows.node_type import Done, Item, NodeContext, NodeType, Port


class DataFilter(NodeType):
    type = "data-filter"
    title = _("Отобрать данные")
    description = _("Пропускает дальше только элементы, для которых выполнены условия; если таких нет, выход молчит.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    Config = ElementConditions

    def run(self, context: NodeContext) -> Done:
        kept: list[Item] = []
        sources: list[tuple[str, int]] = []
        for index, item in enumerate(context.items):
            if context.config_for(index).hold_for(item):
                kept.append(item)
                sources.append(("in", index))
        context.log.info(
            gettext_noop("Отобрано элементов: %(kept)s из %(total)s"), kept=len(kept), total=len(context.items)
        )
        return Done({"out": kept}, {"out": sources}) if kept else Done({})
