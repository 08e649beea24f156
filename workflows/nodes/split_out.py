"""Makes an item of every element of a list inside an item."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type
from workflows.graph.fields import FieldPath
from workflows.items import paths
from workflows.items.editing import without
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port


class SplitOut(NodeType):
    type = "split-out"
    title = _("Разобрать список")
    description = _("Делает из каждого элемента списка, лежащего в поле, отдельный элемент данных.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к списку, например a.b[0]"))
        name: str | None = Field(
            default=None,
            min_length=1,
            max_length=200,
            alias="as",
            title=gettext_noop("Новое название"),
            description=gettext_noop(
                "Поле, в которое лечь элементу списка; пусто — объект становится элементом сам, остальное — под "
                "последним именем пути"
            ),
        )
        keep_rest: bool = Field(
            default=False,
            alias="keepRest",
            title=gettext_noop("Остальные поля"),
            description=gettext_noop("Повторять ли в каждом новом элементе остальные поля исходного"),
        )

        @field_validator("field")
        @classmethod
        def _ends_with_a_name(cls, field: str) -> str:
            if not any(isinstance(key, str) for key in paths.parse(field)):
                raise ValueError(gettext_noop("В пути к списку нужно хотя бы одно имя поля"))
            return field

    def run(self, context: NodeContext) -> Done:
        """What is no list counts as one element; null, missing and empty lists give nothing.

        Raises `Permanent("too_many_items")` when more than 200 000 would come out.
        """
        items: list[Item] = []
        sources: list[tuple[str, int]] = []
        empty = 0
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            elements = _elements(paths.read(item, paths.parse(config.field)))
            empty += not elements
            if len(items) + len(elements) > MAX_ITEMS:
                raise Permanent("too_many_items", TOO_MANY_ITEMS, item=index, limit=MAX_ITEMS)
            rest = without(item, paths.parse(config.field)) if config.keep_rest else {}
            items += [{**rest, **_named(element, config)} for element in elements]
            sources += [("in", index)] * len(elements)
        if empty:
            context.log.info(gettext_noop("Элементов без списка или с пустым списком: %(count)s"), count=empty)
        return Done({"out": items}, {"out": sources})


def _elements(found: Any) -> list[Any]:
    if found is None or found is paths.MISSING:
        return []
    return list(found) if isinstance(found, list | tuple) else [found]


def _named(element: Any, config: SplitOut.Config) -> Item:
    """The element as an item: under its name, or by itself if it is an object."""
    if config.name is not None:
        return {config.name: element}
    if isinstance(element, dict):
        return element
    last = [key for key in paths.parse(config.field) if isinstance(key, str)][-1]
    return {last: element}
