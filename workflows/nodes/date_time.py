"""Reads, moves, rounds down, compares and writes dates and times in a time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AfterValidator, Field, model_validator

from workflows import node_type
from workflows.graph.fields import FieldName, FieldPath, TimeZoneName
from workflows.items import moments, paths
from workflows.items.editing import UNWRITABLE, Unwritable, with_value
from workflows.items.moments import Unit
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

Form = Annotated[str, AfterValidator(moments.check_form)]
MOST = 1_000_000_000


class DateTimeChoice(node_type.Config):
    """Which moment of an item, what is done with it, and where the result goes."""

    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к полю с датой или временем"))
    name: FieldName = Field(
        alias="as", title=gettext_noop("Куда записать"), description=gettext_noop("Поле для результата")
    )
    operation: Literal["format", "add", "startOf", "difference"] = Field(
        default="format",
        title=gettext_noop("Действие"),
        description=gettext_noop(
            "format — записать иначе, add — прибавить, startOf — начало дня, недели и так далее, difference — сколько "
            "прошло"
        ),
    )
    unit: Unit = Field(
        default="day",
        title=gettext_noop("Единица"),
        description=gettext_noop("Для add, startOf и difference; неделя начинается в понедельник"),
    )
    amount: int = Field(
        default=0,
        ge=-MOST,
        le=MOST,
        title=gettext_noop("Сколько прибавить"),
        description=gettext_noop("Для add: целое число единиц, можно отрицательное"),
    )
    since: FieldPath | None = Field(
        default=None,
        title=gettext_noop("С какого времени"),
        description=gettext_noop("Для difference: путь к полю с более ранним временем"),
    )
    time_zone: TimeZoneName = Field(
        default="UTC",
        alias="timeZone",
        title=gettext_noop("Часовой пояс"),
        description=gettext_noop("Название IANA, например Europe/Moscow: в нём читается, считается и пишется"),
    )
    input_format: Form | None = Field(
        default=None,
        alias="inputFormat",
        title=gettext_noop("Как записано"),
        description=gettext_noop("Например dd.MM.yyyy HH:mm, unix или unixMs; пусто — ISO 8601"),
    )
    output_format: Form | None = Field(
        default=None,
        alias="outputFormat",
        title=gettext_noop("Как записать"),
        description=gettext_noop("Например dd.MM.yyyy HH:mm, unix или unixMs; пусто — ISO 8601"),
    )
    on_fault: Literal["null", "fail"] = Field(
        default="null",
        alias="onFault",
        title=gettext_noop("Если не получается"),
        description=gettext_noop("null — записать null, fail — завершить шаг ошибкой"),
    )

    @model_validator(mode="after")
    def _operation_fits(self) -> Any:
        if (self.operation == "difference") != (self.since is not None):
            raise ValueError(gettext_noop("Поле since нужно для difference, и только для него"))
        if self.operation == "difference" and self.unit in ("month", "year"):
            raise ValueError(gettext_noop("Для difference единица — от second до week: месяцы бывают разные"))
        return self


class DateTime(NodeType):
    type = "date-time"
    title = _("Дата и время")
    description = _("Читает дату из поля, переводит в другой вид или пояс, прибавляет к ней или считает разницу.")
    group = "data"
    Config = DateTimeChoice
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "date_unreadable" where faults fail the step, "field_unwritable"; both name the item."""
        items: list[Item] = []
        faults = 0
        for index, item in enumerate(context.items):
            config: DateTimeChoice = context.config_for(index)
            result = _result(item, config)
            if result is None:
                faults += 1
                if config.on_fault == "fail":
                    message = _(
                        "Элемент %(item)s: из поля «%(field)s» не получить время; исправьте inputFormat или данные"
                    )
                    raise Permanent("date_unreadable", message, field=config.field, item=index)
            try:
                items.append(with_value(item, paths.parse(config.name), result))
            except Unwritable:
                raise Permanent("field_unwritable", UNWRITABLE, field=config.name, item=index) from None
        if faults:
            context.log.warning(gettext_noop("Элементов, из которых не получить время: %(count)s"), count=faults)
        return Done({"out": items})


def _result(item: Item, config: DateTimeChoice) -> str | int | Decimal | None:
    """What is to be written; None when a moment cannot be read, or lies outside the years 1 to 9999."""
    moment = _moment(item, config.field, config)
    if moment is None:
        return None
    if config.since is not None:
        other = _moment(item, config.since, config)
        return None if other is None else moments.difference(moment, other, config.unit)
    changed = _CHANGES[config.operation](moment, config)
    return None if changed is None else moments.write(changed, config.output_format)


def _moment(item: Item, field: str, config: DateTimeChoice) -> datetime | None:
    return moments.read(paths.read(item, paths.parse(field)), config.input_format, ZoneInfo(config.time_zone))


_CHANGES: dict[str, Callable[[datetime, DateTimeChoice], datetime | None]] = {
    "format": lambda moment, _config: moment,
    "add": lambda moment, config: moments.shifted(moment, config.amount, config.unit),
    "startOf": lambda moment, config: moments.start_of(moment, config.unit),
}
