"""Puts items in order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field

from workflows import node_type
from workflows.graph.fields import FieldPath
from workflows.items import paths
from workflows.items.ordering import Direction, Kind, SortKey, order
from workflows.node_type import Done, NodeContext, NodeType, Port


class By(BaseModel):
    """One field to sort by."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к полю, например a.b[0]"))
    direction: Direction = Field(
        default="asc",
        alias="order",
        title=gettext_noop("Порядок"),
        description=gettext_noop("asc — по возрастанию, desc — по убыванию; пустые значения всегда в конце"),
    )
    kind: Kind = Field(
        default="auto",
        alias="as",
        title=gettext_noop("Как сравнивать"),
        description=gettext_noop("auto — числа по величине, затем тексты; number — только числа; text — всё как текст"),
    )


class Sort(NodeType):
    type = "sort"
    title = _("Отсортировать")
    description = _("Располагает элементы по одному или нескольким полям; равные остаются в прежнем порядке.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        by: tuple[By, ...] = Field(
            min_length=1,
            max_length=20,
            title=gettext_noop("По чему"),
            description=gettext_noop("Список вида {field, order, as}; первое поле важнее следующих"),
        )

    def run(self, context: NodeContext) -> Done:
        keys = [SortKey(paths.parse(one.field), one.direction, one.kind) for one in context.config.by]
        indexes = order(context.items, keys)
        return Done({"out": [context.items[index] for index in indexes]}, {"out": [("in", index) for index in indexes]})
