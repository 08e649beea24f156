"""Brings two streams of items together: one behind the other, by a key, or by their place."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows import node_type
from workflows.graph.fields import FieldPath, listed
from workflows.items import paths
from workflows.items.joining import How, Pair, TooManyPairs, by_key, by_position
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

FIRST, SECOND = "first", "second"
_BY_KEY = frozenset({"key", "matched", "unmatched"})


class MergeChoice(node_type.Config):
    """How two streams become one."""

    mode: Literal["append", "key", "position", "first", "second", "multiplex", "matched", "unmatched"] = Field(
        default="append",
        title=gettext_noop("Как объединять"),
        description=gettext_noop(
            "append — одни за другими, key — по общему ключу, position — первый с первым и далее, multiplex — каждый с "
            "каждым, first и second — только первые или вторые, matched и unmatched — первые, у которых есть или нет "
            "пары по ключу"
        ),
    )
    by: FieldPath | tuple[FieldPath, ...] = Field(
        default=(),
        title=gettext_noop("Ключ"),
        description=gettext_noop("Для key: путь к полю или список путей; 1 и «1» — разные значения"),
    )
    second_by: FieldPath | tuple[FieldPath, ...] = Field(
        default=(),
        alias="secondBy",
        title=gettext_noop("Ключ вторых"),
        description=gettext_noop("Если во втором потоке ключ называется иначе; пусто — так же"),
    )
    how: How = Field(
        default="inner",
        title=gettext_noop("Кого оставить"),
        description=gettext_noop("inner — только пары, left — ещё и одиноких первых, outer — всех"),
    )
    prefer: Literal["first", "second", "filled"] = Field(
        default="second",
        title=gettext_noop("Чьё значение важнее"),
        description=gettext_noop(
            "Если поле есть у обоих: first — первого, second — второго, filled — первого, если он не пуст"
        ),
    )

    @model_validator(mode="after")
    def _keys_fit(self) -> Any:
        keys, others = listed(self.by), listed(self.second_by)
        if (self.mode in _BY_KEY) != bool(keys) or (others and not keys):
            raise ValueError(gettext_noop("Ключ by нужен, когда mode — key, matched или unmatched, и только тогда"))
        if others and len(others) != len(keys):
            raise ValueError(gettext_noop("В secondBy столько же полей, сколько в by"))
        return self


class Merge(NodeType):
    type = "merge"
    title = _("Объединить")
    description = _("Объединяет два потока: добавляет один к другому, соединяет по ключу или по порядку.")
    group = "flow"
    Config = MergeChoice
    inputs = (Port(FIRST, _("Первые")), Port(SECOND, _("Вторые")))
    outputs = (Port("out", _("Выход")),)

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("too_many_items")` when more than 200 000 would come out."""
        config: MergeChoice = context.config
        first, second = context.inputs.get(FIRST, []), context.inputs.get(SECOND, [])
        pairs = _pairs(first, second, config)
        if len(pairs) > MAX_ITEMS:
            raise _too_many(len(pairs))
        _report(context, pairs, config)
        items = [_joined(pair, first, second, config.prefer) for pair in pairs]
        return Done({"out": items}, {"out": [_source(pair) for pair in pairs]})


def _pairs(first: list[Item], second: list[Item], config: MergeChoice) -> list[Pair]:
    ones: list[Pair] = [(index, None) for index in range(len(first))]
    others: list[Pair] = [(None, index) for index in range(len(second))]
    if config.mode == "append":
        return ones + others
    if config.mode in (FIRST, SECOND):
        return ones if config.mode == FIRST else others
    if config.mode == "position":
        return by_position(len(first), len(second), how=config.how)
    if config.mode == "multiplex":
        if len(first) * len(second) > MAX_ITEMS:
            raise _too_many(len(first) * len(second))
        return [(one, other) for one in range(len(first)) for other in range(len(second))]
    if config.mode == "key":
        return _by_key(first, second, config)
    found = {one for one, _other in _by_key(first, second, config.model_copy(update={"how": "inner"}))}
    return [pair for pair in ones if (pair[0] in found) == (config.mode == "matched")]


def _by_key(first: list[Item], second: list[Item], config: MergeChoice) -> list[Pair]:
    mine, theirs = listed(config.by), listed(config.second_by) or listed(config.by)
    keys = [(paths.parse(one), paths.parse(other)) for one, other in zip(mine, theirs, strict=True)]
    try:
        return by_key(first, second, keys=keys, how=config.how, limit=MAX_ITEMS)
    except TooManyPairs:
        raise _too_many(None) from None


def _too_many(count: int | None) -> Permanent:
    return Permanent("too_many_items", TOO_MANY_ITEMS, count=count, limit=MAX_ITEMS)


def _joined(pair: Pair, first: list[Item], second: list[Item], prefer: str) -> Item:
    one = {} if pair[0] is None else first[pair[0]]
    other = {} if pair[1] is None else second[pair[1]]
    if prefer == SECOND:
        return {**one, **other}
    kept = {name: value for name, value in one.items() if prefer == FIRST or value not in (None, "")}
    return {**one, **other, **kept}


def _source(pair: Pair) -> tuple[str, int]:
    """A pair comes from its first: lineage has room for one."""
    if pair[0] is not None:
        return FIRST, pair[0]
    return SECOND, pair[1] or 0


def _report(context: NodeContext, pairs: list[Pair], config: MergeChoice) -> None:
    matched = sum(1 for one, other in pairs if one is not None and other is not None)
    if config.mode not in ("key", "position"):
        return
    context.log.info(
        gettext_noop("Соединено пар: %(pairs)s, без пары: %(alone)s"), pairs=matched, alone=len(pairs) - matched
    )
    if config.mode == "key" and not matched and context.inputs.get(FIRST) and context.inputs.get(SECOND):
        context.log.warning(gettext_noop("Ни один ключ не совпал: проверьте поля и типы, 1 и «1» различаются"))
