"""Compares two streams of items by a key: what is in one only, the same in both, or different."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows import node_type
from workflows.graph.fields import FieldPath, listed
from workflows.items import attached, paths
from workflows.items.joining import TooManyPairs, by_key
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

FIRST, SECOND = "first", "second"


class Compare(NodeType):
    """Each item of the first stream is compared with the first one of the second that has its key."""

    type = "compare"
    title = _("Сравнить")
    description = _("Сравнивает два потока по ключу: что только в первом, одинаково, различается, только во втором.")
    group = "flow"
    inputs = (Port(FIRST, _("Первые")), Port(SECOND, _("Вторые")))
    outputs = (
        Port("only_first", _("Только в первом")),
        Port("same", _("Одинаковые")),
        Port("different", _("Разные")),
        Port("only_second", _("Только во втором")),
    )

    class Config(node_type.Config):
        by: FieldPath | tuple[FieldPath, ...] = Field(
            title=gettext_noop("Ключ"), description=gettext_noop("Путь к полю или список путей")
        )
        second_by: FieldPath | tuple[FieldPath, ...] = Field(
            default=(),
            alias="secondBy",
            title=gettext_noop("Ключ вторых"),
            description=gettext_noop("Если во втором потоке ключ называется иначе; пусто — так же"),
        )
        skip: tuple[str, ...] = Field(
            default=(),
            max_length=200,
            title=gettext_noop("Не сравнивать"),
            description=gettext_noop("Поля, различие в которых не считается"),
        )
        prefer: Literal["first", "second", "both"] = Field(
            default="second",
            title=gettext_noop("Что отдать"),
            description=gettext_noop("Из разных: first — первый, second — второй, both — {first, second}"),
        )

        @model_validator(mode="after")
        def _keys_fit(self) -> Any:
            if listed(self.second_by) and len(listed(self.second_by)) != len(listed(self.by)):
                raise ValueError(gettext_noop("В secondBy столько же полей, сколько в by"))
            return self

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("too_many_items")`. Outputs to which nothing belongs are silent."""
        config = context.config
        first, second = context.inputs.get(FIRST, []), context.inputs.get(SECOND, [])
        theirs = listed(config.second_by) or listed(config.by)
        keys = [(paths.parse(one), paths.parse(two)) for one, two in zip(listed(config.by), theirs, strict=True)]
        try:
            pairs = by_key(first, second, keys=keys, how="outer", limit=MAX_ITEMS)
        except TooManyPairs:
            raise Permanent("too_many_items", TOO_MANY_ITEMS, count=None, limit=MAX_ITEMS) from None
        ports: dict[str, list[Item]] = {}
        sources: dict[str, list[tuple[str, int]]] = {}
        met: set[int] = set()
        for one, other in pairs:
            if one is not None and one in met:
                continue
            met |= set() if one is None else {one}
            port, item = _judged(None if one is None else first[one], None if other is None else second[other], config)
            ports.setdefault(port, []).append(item)
            sources.setdefault(port, []).append((SECOND, other or 0) if one is None else (FIRST, one))
        return Done(ports, sources)


def _judged(one: Item | None, other: Item | None, config: Any) -> tuple[str, Item]:
    if other is None:
        return "only_first", one or {}
    if one is None:
        return "only_second", other
    left = {*config.skip, *(map(str, listed(config.by))), *(map(str, listed(config.second_by)))}
    if _rest(one, left) == _rest(other, left):
        return "same", one
    if config.prefer == "both":
        return "different", {FIRST: one, SECOND: other}
    return "different", one if config.prefer == FIRST else other


def _rest(item: Item, left: set[str]) -> Item:
    return {name: value for name, value in item.items() if name not in left and name != attached.FILES}
