"""Groups items by fields and adds up, averages or counts other fields in each group."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from workflows import node_type
from workflows.graph.fields import listed
from workflows.items import paths
from workflows.items.coercion import as_text
from workflows.items.grouping import Aggregation, Grouped, Operation, group
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

MAX_ITEMS = 200_000


class Column(BaseModel):
    """One column of the result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        min_length=1, max_length=200, title=gettext_noop("Название"), description=gettext_noop("Поле в результате")
    )
    field: str | None = Field(
        default=None,
        title=gettext_noop("Поле"),
        description=gettext_noop("Путь к полю исходных данных; без него count считает элементы"),
    )
    operation: Operation = Field(title=gettext_noop("Действие"), description=gettext_noop("Что посчитать по группе"))
    decimals: int | None = Field(
        default=None,
        ge=0,
        le=20,
        title=gettext_noop("Знаков после запятой"),
        description=gettext_noop("До скольких знаков округлить, половина — вверх; пусто — не округлять"),
    )

    @property
    def path(self) -> paths.Path | None:
        return None if self.field is None else paths.parse(self.field)

    @field_validator("field")
    @classmethod
    def _field_is_a_path(cls, field: str | None) -> str | None:
        if field is not None:
            paths.parse(field)
        return field

    @model_validator(mode="after")
    def _field_is_given(self) -> Column:
        if self.field is None and self.operation != "count":
            raise ValueError(gettext_noop("Укажите поле: без него работает только count"))
        return self


class DataAggregator(NodeType):
    type = "data-aggregator"
    title = _("Агрегировать данные")
    description = _("Группирует элементы по полям и считает по каждой группе суммы, средние, количества и другое.")
    group = "data"
    inputs = (Port("stats_in", _("Данные")),)
    outputs = (Port("out", _("Итоги")),)
    stores = "processed"

    class Config(node_type.Config):
        group_by: str | tuple[str, ...] = Field(
            default=(),
            alias="groupBy",
            title=gettext_noop("Группировать по"),
            description=gettext_noop("Путь к полю или список путей; пусто — одна группа на всё"),
        )
        aggregations: tuple[Column, ...] = Field(
            max_length=200,
            title=gettext_noop("Что посчитать"),
            description=gettext_noop("Список вида {name, field, operation}"),
        )
        numbers_as: Literal["number", "string"] = Field(
            default="number",
            alias="numbersAs",
            title=gettext_noop("Вид чисел"),
            description=gettext_noop("Как записать посчитанные дробные числа: числом или строкой"),
        )

        @property
        def keys(self) -> tuple[str, ...]:
            return listed(self.group_by)

        @field_validator("group_by")
        @classmethod
        def _keys_are_paths(cls, group_by: str | tuple[str, ...]) -> str | tuple[str, ...]:
            for key in listed(group_by):
                paths.parse(key)
            return group_by

        @model_validator(mode="after")
        def _names_differ(self) -> Any:
            names = [*self.keys, *(column.name for column in self.aggregations)]
            if len(set(names)) != len(names):
                raise ValueError(gettext_noop("Названия в результате повторяются, дайте каждому своё"))
            return self

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("too_many_items")` above 200 000 items: larger sums belong into the store of the data."""
        config = context.config
        if len(context.items) > MAX_ITEMS:
            raise Permanent(
                "too_many_items", _("Слишком много элементов для агрегации"), count=len(context.items), limit=MAX_ITEMS
            )
        columns = [
            Aggregation(column.name, column.operation, column.path, column.decimals) for column in config.aggregations
        ]
        grouped = group(context.items, [(key, paths.parse(key)) for key in config.keys], columns)
        self._report(context, grouped)
        rows = [_written(row, columns) for row in grouped.rows] if config.numbers_as == "string" else grouped.rows
        return Done({"out": rows}, {"out": [("stats_in", first) for first in grouped.firsts]})

    def _report(self, context: NodeContext, grouped: Grouped) -> None:
        context.log.info(
            gettext_noop("Сгруппировано элементов: %(items)s, групп: %(groups)s"),
            items=len(context.items),
            groups=len(grouped.rows),
        )
        for name, count in grouped.coerced.items():
            context.log.info(gettext_noop("«%(name)s»: %(count)s строк прочитано как числа"), name=name, count=count)
        for name, count in grouped.skipped.items():
            context.log.warning(gettext_noop("«%(name)s»: пропущено значений: %(count)s"), name=name, count=count)


def _written(row: Item, columns: list[Aggregation]) -> Item:
    """The row with its calculated fractions as text."""
    calculated = {column.name for column in columns}
    return {
        name: as_text(value) if name in calculated and isinstance(value, Decimal) else value
        for name, value in row.items()
    }
