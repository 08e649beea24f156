"""PURE: the figures of advertising - CTR, CPC, ROAS and so on - as exact quotients of sums.

A quotient is null where a part of it is missing or the divisor is 0. It is never averaged over rows: that of a group
is made from the sums of the group.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_05UP, Context, Decimal
from typing import Any, Literal

from workflows.items import paths
from workflows.items.coercion import EXACT, Number, as_number, identity, rounded
from workflows.items.ordering import SortKey, order

Measure = Literal["views", "clicks", "atbs", "orders", "spend", "revenue"]
Metric = Literal["ctr", "cpc", "cpm", "cr", "cartRate", "cpo", "cartCost", "acos", "drr", "roas", "aov"]
Change = Literal["percent", "difference"]
Row = Mapping[str, Any]
Figure = Callable[[Row], Number | None]
"""How a number is read from a row."""


@dataclass(frozen=True)
class Formula:
    """`factor` x `dividend` / `divisor`."""

    dividend: Measure
    divisor: Measure
    factor: int = 1


FORMULAS: Mapping[Metric, Formula] = {
    "ctr": Formula("clicks", "views", 100),
    "cpc": Formula("spend", "clicks"),
    "cpm": Formula("spend", "views", 1000),
    "cr": Formula("orders", "clicks", 100),
    "cartRate": Formula("atbs", "clicks", 100),
    "cpo": Formula("spend", "orders"),
    "cartCost": Formula("spend", "atbs"),
    "acos": Formula("spend", "revenue", 100),
    "drr": Formula("spend", "revenue", 100),
    "roas": Formula("revenue", "spend"),
    "aov": Formula("revenue", "orders"),
}

_SETTLED = Context(prec=EXACT.prec, rounding=ROUND_05UP)
"""For quotients that are rounded once more: what was cut off stays visible, so a half is never made up."""


def quotient(dividend: Number | None, divisor: Number | None, *, decimals: int, factor: int = 1) -> Decimal | None:
    """`factor` x `dividend` / `divisor` to so many places, halves away from zero; null if it cannot be told."""
    if dividend is None or not divisor:
        return None
    if factor != 1:
        dividend = EXACT.multiply(dividend, factor)
    return rounded(_SETTLED.divide(dividend, divisor), decimals)


@dataclass(frozen=True)
class Figures:
    """The numbers of one field, row by row; `coerced` of them were texts, and `skipped` values are no numbers."""

    numbers: Sequence[Number | None]
    coerced: int
    skipped: int


def figures(rows: Sequence[Row], path: paths.Path) -> Figures:
    """Read the field at `path` of every row."""
    values = [paths.read(row, path) for row in rows]
    numbers = [as_number(value) for value in values]
    texts = sum(
        1 for value, number in zip(values, numbers, strict=True) if isinstance(value, str) and number is not None
    )
    return Figures(numbers, coerced=texts, skipped=numbers.count(None))


def shares(rows: Sequence[Row], figure: Figure, *, decimals: int) -> list[Decimal | None]:
    """What percentage of the total over all rows each row has."""
    numbers = [figure(row) for row in rows]
    total = Decimal(0)
    for number in numbers:
        if number is not None:
            total = EXACT.add(total, number)
    return [quotient(number, total, factor=100, decimals=decimals) for number in numbers]


def change(now: Number | None, before: Number | None, *, kind: Change, decimals: int) -> Decimal | None:
    """How much more `now` is than `before`: as a difference, or in per cent of the size of `before`."""
    if now is None or before is None:
        return None
    difference = EXACT.subtract(now, before)
    if kind == "difference":
        return rounded(difference, decimals)
    return quotient(difference, Decimal(before).copy_abs(), factor=100, decimals=decimals)


def before(rows: Sequence[Row], figure: Figure, *, along: SortKey, within: Callable[[Row], Any]) -> list[Number | None]:
    """For each row the number of the row before it, in the order of `along`, among those equal in `within`.

    The first of them has none, nor has a row whose place in the order cannot be told.
    """
    found: list[Number | None] = [None] * len(rows)
    last: dict[Hashable, Number | None] = {}
    for index in order(rows, [along], leave_out_empty=True):
        who = identity(within(rows[index]))
        found[index] = last.get(who)
        last[who] = figure(rows[index])
    return found


def figure_at(path: paths.Path) -> Figure:
    """Reads the value at `path` of a row as a number."""
    return lambda row: as_number(paths.read(row, path))
