"""Leaves out items that have been there before."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.graph.fields import FieldPath, listed
from workflows.items import paths
from workflows.items.coercion import identity
from workflows.node_type import Done, NodeContext, NodeType, Port


class Deduplicate(NodeType):
    type = "deduplicate"
    title = _("Убрать повторы")
    description = _("Оставляет по одному из элементов, у которых заданные поля одинаковы; 1 и «1» — разные значения.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        by: FieldPath | tuple[FieldPath, ...] = Field(
            default=(),
            title=gettext_noop("По каким полям"),
            description=gettext_noop("Путь к полю или список путей; пусто — по элементу целиком"),
        )
        keep: Literal["first", "last"] = Field(
            default="first",
            title=gettext_noop("Который оставить"),
            description=gettext_noop("first — первый из одинаковых, last — последний"),
        )

    def run(self, context: NodeContext) -> Done:
        """A missing field is another value than null. What is kept stays in its order."""
        config = context.config
        keys = [paths.parse(field) for field in listed(config.by)]
        found: dict[Hashable, int] = {}
        for index, item in enumerate(context.items):
            who = tuple(identity(paths.read(item, key)) for key in keys) if keys else identity(item)
            if config.keep == "last":
                found[who] = index
            else:
                found.setdefault(who, index)
        kept = sorted(found.values())
        context.log.info(
            gettext_noop("Оставлено элементов: %(kept)s, убрано повторов: %(dropped)s"),
            kept=len(kept),
            dropped=len(context.items) - len(kept),
        )
        return Done({"out": [context.items[index] for index in kept]}, {"out": [("in", index) for index in kept]})
