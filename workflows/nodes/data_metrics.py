"""Calculates the figures of advertising - CTR, CPC, ROAS and others - per item or from the sums of groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflows import node_type
from workflows.graph.fields import FieldPath, listed
from workflows.items import paths
from workflows.items.coercion import Number, as_number, as_text
from workflows.items.grouping import Aggregation, Grouped, group
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.items.metrics import (
    FORMULAS,
    Change,
    Figures,
    Measure,
    Metric,
    before,
    change,
    figure_at,
    figures,
    quotient,
    shares,
)
from workflows.items.ordering import SortKey
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Fields(Part):
    """Where the measures stand; the defaults are what the statistics of Wildberries are called here."""

    views: FieldPath = Field(
        default="views", title=gettext_noop("Показы"), description=gettext_noop("Путь к полю с числом показов")
    )
    clicks: FieldPath = Field(
        default="clicks", title=gettext_noop("Клики"), description=gettext_noop("Путь к полю с числом кликов")
    )
    atbs: FieldPath = Field(
        default="atbs",
        title=gettext_noop("Добавления в корзину"),
        description=gettext_noop("Путь к полю с числом добавлений в корзину"),
    )
    orders: FieldPath = Field(
        default="orders", title=gettext_noop("Заказы"), description=gettext_noop("Путь к полю с числом заказов")
    )
    spend: FieldPath = Field(
        default="spend", title=gettext_noop("Расход"), description=gettext_noop("Путь к полю с расходом на рекламу")
    )
    revenue: FieldPath = Field(
        default="revenue", title=gettext_noop("Выручка"), description=gettext_noop("Путь к полю с суммой заказов")
    )

    def name_of(self, measure: Measure) -> str:
        return str(getattr(self, measure))


class Average(Part):
    """The sum of a field, divided by the number of different values of another, such as days."""

    name: Name = Field(title=gettext_noop("Название"), description=gettext_noop("Поле в результате"))
    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Что усреднить"))
    per: FieldPath | None = Field(
        default=None,
        title=gettext_noop("На что"),
        description=gettext_noop("Поле, разные значения которого считаются, например date; пусто — на строку"),
    )


class Share(Part):
    """What percentage of the total a row has."""

    name: Name = Field(title=gettext_noop("Название"), description=gettext_noop("Поле в результате"))
    field: FieldPath = Field(
        title=gettext_noop("Поле"), description=gettext_noop("Доля от суммы этого поля по всем строкам, в процентах")
    )


class Delta(Part):
    """How much a row has changed against an earlier period."""

    name: Name = Field(title=gettext_noop("Название"), description=gettext_noop("Поле в результате"))
    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Поле или показатель этого узла"))
    previous: FieldPath | None = Field(
        default=None,
        title=gettext_noop("Прошлое значение"),
        description=gettext_noop("Поле той же строки с прошлым значением"),
    )
    along: FieldPath | None = Field(
        default=None,
        title=gettext_noop("Вдоль чего"),
        description=gettext_noop("Поле периода, например date: сравнивается с предыдущей по нему строкой"),
    )
    within: tuple[FieldPath, ...] = Field(
        default=(),
        max_length=20,
        title=gettext_noop("Внутри чего"),
        description=gettext_noop("Сравниваются только строки, у которых эти поля одинаковы, например campaignId"),
    )
    unit: Change = Field(
        default="percent",
        title=gettext_noop("В чём"),
        description=gettext_noop("percent — в процентах от прошлого значения, difference — разницей"),
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Delta:
        if (self.previous is None) == (self.along is None):
            raise ValueError(gettext_noop("Укажите одно из двух: previous или along"))
        return self


class MetricsChoice(node_type.Config):
    """Which figures, of which rows, under which names."""

    over: Literal["items", "groups"] = Field(
        default="items",
        title=gettext_noop("По чему считать"),
        description=gettext_noop("items — по каждому элементу отдельно, groups — по суммам групп"),
    )
    group_by: FieldPath | tuple[FieldPath, ...] = Field(
        default=(),
        alias="groupBy",
        title=gettext_noop("Группировать по"),
        description=gettext_noop("Для groups: путь к полю или список путей; пусто — одна группа на всё"),
    )
    metrics: tuple[Metric, ...] = Field(
        default=("ctr", "cpc", "cpm", "cr", "cpo", "drr", "roas", "aov"),
        max_length=50,
        title=gettext_noop("Показатели"),
        description=gettext_noop(
            "ctr, cpc, cpm, cr — заказов на 100 кликов, cartRate — корзин на 100 кликов, cpo — цена заказа, cartCost "
            "— цена корзины, acos и drr — расходов на 100 рублей выручки, roas, aov — средний чек"
        ),
    )
    fields: Fields = Field(
        default=Fields(),
        title=gettext_noop("Где что лежит"),
        description=gettext_noop("Пути к показам, кликам и другим полям; по умолчанию — как в статистике WB"),
    )
    averages: tuple[Average, ...] = Field(
        default=(),
        max_length=50,
        title=gettext_noop("Средние"),
        description=gettext_noop("Только для groups: список вида {name, field, per}, например расход на день"),
    )
    shares: tuple[Share, ...] = Field(
        default=(), max_length=50, title=gettext_noop("Доли"), description=gettext_noop("Список вида {name, field}")
    )
    deltas: tuple[Delta, ...] = Field(
        default=(),
        max_length=50,
        title=gettext_noop("Изменения"),
        description=gettext_noop("Список вида {name, field, along} или {name, field, previous}"),
    )
    decimals: int = Field(
        default=2,
        ge=0,
        le=20,
        title=gettext_noop("Знаков после запятой"),
        description=gettext_noop("До скольких знаков округлить показатели, половина — вверх"),
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

    @property
    def _parts(self) -> tuple[Average | Share | Delta, ...]:
        return (*self.averages, *self.shares, *self.deltas)

    @property
    def measures(self) -> dict[str, None]:
        """The fields that the chosen metrics are made of, in a fixed order."""
        formulas = [FORMULAS[metric] for metric in self.metrics]
        used = {measure for formula in formulas for measure in (formula.dividend, formula.divisor)}
        return {self.fields.name_of(measure): None for measure in Fields.model_fields if measure in used}

    @property
    def names(self) -> list[str]:
        """What is calculated, besides sums."""
        return [*self.metrics, *(part.name for part in self._parts)]

    @property
    def sums(self) -> list[str]:
        """The fields whose sums a group has: every one that something is calculated from."""
        others = (field for part in self._parts for field in _read_by(part))
        named = {*self.keys, *self.names}
        return list(self.measures | {field: None for field in others if field not in named})

    @model_validator(mode="after")
    def _parts_fit(self) -> Any:
        if self.over == "items" and (self.keys or self.averages):
            raise ValueError(gettext_noop("groupBy и averages работают только вместе с over: groups"))
        names = self.names if self.over == "items" else [*self.keys, *self.sums, *self.names]
        if len(set(names)) != len(names):
            raise ValueError(gettext_noop("Названия в результате повторяются, дайте каждому своё"))
        sides = {field for delta in self.deltas for field in (delta.along, *delta.within) if field is not None}
        if self.over == "groups" and not sides <= set(self.keys):
            raise ValueError(gettext_noop("Для groups along и within — только поля из groupBy"))
        return self


class DataMetrics(NodeType):
    type = "data-metrics"
    title = _("Посчитать показатели")
    description = _(
        "Считает CTR, CPC, CPM, CR, ДРР, ROAS, CPO, средний чек, средние, доли и изменения; деление на ноль даёт null."
    )
    group = "data"
    Config = MetricsChoice
    inputs = (Port("in", _("Данные")),)
    outputs = (Port("out", _("Показатели")),)
    stores = "processed"

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("too_many_items")` above 200 000 items."""
        config: MetricsChoice = context.config
        if len(context.items) > MAX_ITEMS:
            raise Permanent("too_many_items", TOO_MANY_ITEMS, count=len(context.items), limit=MAX_ITEMS)
        if config.over == "groups":
            grouped = _grouped(context.items, config)
            rows, sources = grouped.rows, {"out": [("in", first) for first in grouped.firsts]}
            columns = _columns(rows, config)
            coerced = {name: grouped.coerced.get(name, 0) for name in config.sums}
            skipped = {name: grouped.skipped.get(name, 0) for name in config.sums}
        else:
            rows, sources = [dict(item) for item in context.items], {}
            columns = _columns(rows, config)
            coerced = {name: column.coerced for name, column in columns.items()}
            skipped = {name: column.skipped for name, column in columns.items()}
        _add_metrics(rows, columns, config)
        _add_others(rows, config)
        _report(context, rows, coerced, skipped)
        if config.numbers_as == "string":
            _write_as_text(rows, config)
        return Done({"out": rows}, sources)


def _read_by(part: Average | Share | Delta) -> Iterator[str]:
    yield part.field
    if isinstance(part, Delta) and part.previous is not None:
        yield part.previous


def _grouped(items: Sequence[Item], config: MetricsChoice) -> Grouped:
    """Rows of keys and sums; under the name of an average stands for now what its sum is divided by."""
    columns = [Aggregation(field, "sum", paths.parse(field)) for field in config.sums]
    for average in config.averages:
        per = None if average.per is None else paths.parse(average.per)
        columns.append(Aggregation(average.name, "count" if per is None else "countDistinct", per))
    return group(items, [(key, paths.parse(key)) for key in config.keys], columns)


def _columns(rows: Sequence[Item], config: MetricsChoice) -> dict[str, Figures]:
    """The fields that the metrics are made of."""
    return {field: figures(rows, _place(field, config)) for field in config.measures}


def _add_metrics(rows: list[Item], columns: Mapping[str, Figures], config: MetricsChoice) -> None:
    for metric in config.metrics:
        formula = FORMULAS[metric]
        dividends = columns[config.fields.name_of(formula.dividend)].numbers
        divisors = columns[config.fields.name_of(formula.divisor)].numbers
        for row, dividend, divisor in zip(rows, dividends, divisors, strict=True):
            row[metric] = quotient(dividend, divisor, factor=formula.factor, decimals=config.decimals)


def _add_others(rows: list[Item], config: MetricsChoice) -> None:
    """Averages, shares and deltas; the last ones may be about metrics, which therefore are there already."""
    for average in config.averages:
        for row in rows:
            total, count = as_number(row[average.field]), as_number(row[average.name])
            row[average.name] = quotient(total, count, decimals=config.decimals)
    for share in config.shares:
        figure = figure_at(_place(share.field, config))
        for row, value in zip(rows, shares(rows, figure, decimals=config.decimals), strict=True):
            row[share.name] = value
    for delta in config.deltas:
        _add_delta(rows, delta, config)


def _add_delta(rows: list[Item], delta: Delta, config: MetricsChoice) -> None:
    figure = figure_at(_place(delta.field, config))
    earlier: list[Number | None]
    if delta.previous is not None:
        earlier = [figure_at(_place(delta.previous, config))(row) for row in rows]
    else:
        within = [_place(field, config) for field in delta.within]
        along = SortKey(_place(str(delta.along), config))
        earlier = before(rows, figure, along=along, within=lambda row: [paths.read(row, path) for path in within])
    changes = [
        change(figure(row), past, kind=delta.unit, decimals=config.decimals)
        for row, past in zip(rows, earlier, strict=True)
    ]
    for row, value in zip(rows, changes, strict=True):
        row[delta.name] = value


def _place(field: str, config: MetricsChoice) -> paths.Path:
    """Where a field stands in a row: that of a group has `a.b` under this very name."""
    return (field,) if config.over == "groups" else paths.parse(field)


def _report(context: NodeContext, rows: Sequence[Item], coerced: Mapping[str, int], skipped: Mapping[str, int]) -> None:
    context.log.info(
        gettext_noop("Показатели посчитаны: элементов %(items)s, строк %(rows)s"),
        items=len(context.items),
        rows=len(rows),
    )
    for name, count in _positive(coerced):
        context.log.info(gettext_noop("«%(name)s»: %(count)s строк прочитано как числа"), name=name, count=count)
    for name, count in _positive(skipped):
        context.log.warning(gettext_noop("«%(name)s»: пропущено значений: %(count)s"), name=name, count=count)


def _positive(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    return ((name, count) for name, count in counts.items() if count)


def _write_as_text(rows: Sequence[Item], config: MetricsChoice) -> None:
    names = [*config.names, *(config.sums if config.over == "groups" else ())]
    for row in rows:
        for name in names:
            if isinstance(row[name], Decimal):
                row[name] = as_text(row[name])
