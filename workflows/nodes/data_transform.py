"""Changes the fields of every item: reshapes, computes, renames, casts, picks and drops them, in this order."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflows import node_type
from workflows.graph.fields import Assignment, FieldName, FieldPath
from workflows.items import paths, reshaping
from workflows.items.casting import UNCASTABLE, Target, cast
from workflows.items.editing import UNWRITABLE, Unwritable, picked, renamed, with_value, without
from workflows.items.reshaping import JmesPath
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port


class Renaming(BaseModel):
    """One field under another name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к полю, например a.b[0]"))
    to: FieldName = Field(title=gettext_noop("Новое название"), description=gettext_noop("Путь без номеров в скобках"))


class Casting(BaseModel):
    """One field as another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    field: FieldName = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь без номеров в скобках"))
    to: Target = Field(
        title=gettext_noop("Тип"), description=gettext_noop("string, number, integer, boolean, date или datetime")
    )
    on_fault: Literal["null", "keep", "fail"] = Field(
        default="null",
        alias="onFault",
        title=gettext_noop("Если не получается"),
        description=gettext_noop("null — записать null, keep — оставить как есть, fail — завершить шаг ошибкой"),
    )


class TransformChoice(node_type.Config):
    """What becomes of the fields."""

    reshape: JmesPath | None = Field(
        default=None,
        title=gettext_noop("Перестроить"),
        description=gettext_noop(
            "Выражение JMESPath, которое даёт новый элемент, например {id: nmId, names: cards[].name}; сначала оно"
        ),
    )
    compute: tuple[Assignment, ...] = Field(
        default=(),
        max_length=200,
        title=gettext_noop("Вычислить"),
        description=gettext_noop("Список вида {name, value}; выражения видят элемент таким, каким он пришёл"),
    )
    rename: tuple[Renaming, ...] = Field(
        default=(),
        max_length=200,
        title=gettext_noop("Переименовать"),
        description=gettext_noop("Список вида {field, to}; чего в элементе нет, пропускается"),
    )
    casts: tuple[Casting, ...] = Field(
        default=(),
        max_length=200,
        title=gettext_noop("Сменить тип"),
        description=gettext_noop("Список вида {field, to, onFault}; null и отсутствие остаются, пустая строка — null"),
    )
    pick: tuple[FieldName, ...] = Field(
        default=(),
        max_length=500,
        title=gettext_noop("Оставить"),
        description=gettext_noop("Только эти поля, в этом порядке; пусто — все"),
    )
    drop: tuple[FieldPath, ...] = Field(
        default=(), max_length=500, title=gettext_noop("Убрать"), description=gettext_noop("Поля, которых не останется")
    )

    @model_validator(mode="after")
    def _something_is_done(self) -> Any:
        if not (self.reshape or self.compute or self.rename or self.casts or self.pick or self.drop):
            raise ValueError(gettext_noop("Укажите хотя бы одно: reshape, compute, rename, casts, pick или drop"))
        return self


class DataTransform(NodeType):
    type = "data-transform"
    title = _("Преобразовать данные")
    description = _(
        "По порядку перестраивает элемент, вычисляет, переименовывает, приводит к типу, оставляет и убирает его поля."
    )
    group = "data"
    Config = TransformChoice
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "field_unwritable" with field and item, "cast_failed" with field, item and type,
        "reshape_failed" with item and reason.
        """
        faults: Counter[str] = Counter()
        items = [
            _transformed(item, context.config_for(index), index, faults) for index, item in enumerate(context.items)
        ]
        for field, count in faults.items():
            context.log.warning(
                gettext_noop("«%(name)s»: значений, которые не подошли к типу: %(count)s"), name=field, count=count
            )
        return Done({"out": items})


def _transformed(item: Item, config: TransformChoice, index: int, faults: Counter[str]) -> Item:
    if config.reshape is not None:
        item = _reshaped(item, config.reshape, index)
    for assignment in config.compute:
        item = _written(item, assignment.name, assignment.value, index)
    for renaming in config.rename:
        try:
            item = renamed(item, paths.parse(renaming.field), paths.parse(renaming.to))
        except Unwritable:
            raise _unwritable(renaming.to, index) from None
    for casting in config.casts:
        item = _cast(item, casting, index, faults)
    if config.pick:
        item = picked(item, [paths.parse(field) for field in config.pick])
    for field in config.drop:
        item = without(item, paths.parse(field))
    return item


def _reshaped(item: Item, expression: str, index: int) -> Item:
    try:
        return reshaping.reshaped(item, expression)
    except reshaping.Unshapely as error:
        message = _("Элемент %(item)s: выражение JMESPath не сработало: %(reason)s")
        raise Permanent("reshape_failed", message, item=index, reason=str(error)) from None


def _cast(item: Item, casting: Casting, index: int, faults: Counter[str]) -> Item:
    value = paths.read(item, paths.parse(casting.field))
    found = cast(value, casting.to)
    if found is UNCASTABLE:
        if casting.on_fault == "fail":
            message = _(
                "Элемент %(item)s: значение поля «%(field)s» не читается как %(to)s; исправьте его или смените onFault"
            )
            raise Permanent("cast_failed", message, field=casting.field, item=index, to=casting.to)
        faults[casting.field] += 1
        found = None if casting.on_fault == "null" else value
    return item if found is value else _written(item, casting.field, found, index)


def _written(item: Item, field: str, value: Any, index: int) -> Item:
    try:
        return with_value(item, paths.parse(field), value)
    except Unwritable:
        raise _unwritable(field, index) from None


def _unwritable(field: str, index: int) -> Permanent:
    return Permanent("field_unwritable", UNWRITABLE, field=field, item=index)
