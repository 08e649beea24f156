"""Lets only the first or the last items go on."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Port

MOST = 1_000_000


class Limit(NodeType):
    type = "limit"
    title = _("Ограничить число")
    description = _("Пропускает дальше не больше заданного числа элементов: первых или последних.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        count: int = Field(
            ge=1, le=MOST, title=gettext_noop("Сколько"), description=gettext_noop("Сколько элементов идёт дальше")
        )
        offset: int = Field(
            default=0,
            ge=0,
            le=MOST,
            title=gettext_noop("Сколько обойти"),
            description=gettext_noop("Сколько элементов с этого конца не брать"),
        )
        side: Literal["first", "last"] = Field(
            default="first",
            alias="from",
            title=gettext_noop("С какого конца"),
            description=gettext_noop("first — первые, last — последние; порядок не меняется"),
        )

    def run(self, context: NodeContext) -> Done:
        """The first item's config decides for the whole step."""
        config = context.config
        total = len(context.items)
        if config.side == "first":
            chosen = range(min(config.offset, total), min(config.offset + config.count, total))
        else:
            chosen = range(max(total - config.offset - config.count, 0), max(total - config.offset, 0))
        return Done({"out": [context.items[index] for index in chosen]}, {"out": [("in", index) for index in chosen]})
