"""Keeps the items that fulfil conditions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.graph.conditions import Combine, Condition, matches
from workflows.node_type import Done, Item, NodeContext, NodeType, Port


class DataFilter(NodeType):
    type = "data-filter"
    title = _("Отобрать данные")
    description = _("Пропускает дальше только элементы, для которых выполнены условия; если таких нет, выход молчит.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

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
        kept: list[Item] = []
        sources: list[tuple[str, int]] = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            if matches(item, config.conditions, config.combine):
                kept.append(item)
                sources.append(("in", index))
        context.log.info(
            gettext_noop("Отобрано элементов: %(kept)s из %(total)s"), kept=len(kept), total=len(context.items)
        )
        return Done({"out": kept}, {"out": sources}) if kept else Done({})
