"""PURE: group items by fields and aggregate over each group, exactly and in the order in which groups appear.

Rules: sums, averages, extremes and distinct counts leave out null and what is no number; a sum of nothing is null;
group keys keep their type, and a missing key is another group than null.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from workflows.items import paths
from workflows.items.coercion import EXACT, Number, as_number, identity, rounded

Operation = Literal["sum", "avg", "min", "max", "count", "countDistinct", "first", "last"]

AVERAGE_DECIMALS = 6


@dataclass(frozen=True)
class Aggregation:
    """One column of the result: `operation` over the values found at `path`.

    `path` is None only for `count`, which then counts the items of the group. `decimals` rounds a number half up.
    """

    name: str
    operation: Operation
    path: paths.Path | None
    decimals: int | None = None


@dataclass
class Grouped:
    """`rows` in order of first appearance; `firsts` is the index of each group's first item.

    `coerced` and `skipped` count, by column, texts read as numbers and values left out.
    """

    rows: list[dict[str, Any]]
    firsts: list[int]
    coerced: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)


class Accumulator(Protocol):
    """What one column of one group remembers. `add` tells what became of the value."""

    def add(self, value: Any) -> Literal["taken", "coerced", "skipped"]: ...

    def result(self) -> Any: ...


Verdict = Literal["taken", "coerced", "skipped"]


def _number(value: Any) -> tuple[Number | None, Verdict]:
    number = as_number(value)
    if number is None:
        return None, "skipped"
    return number, "coerced" if isinstance(value, str) else "taken"


class _Sum:
    def __init__(self) -> None:
        self.total: Number | None = None
        self.count = 0

    def add(self, value: Any) -> Verdict:
        number = as_number(value)
        if number is None:
            return "skipped"
        self.count += 1
        if self.total is None:
            self.total = number
        elif isinstance(number, int) and isinstance(self.total, int):
            self.total += number
        else:
            self.total = EXACT.add(self.total, number)
        return "coerced" if isinstance(value, str) else "taken"

    def result(self) -> Number | None:
        return self.total


class _Average(_Sum):
    def result(self) -> Number | None:
        return None if self.total is None else EXACT.divide(self.total, self.count)


class _Extreme:
    """The least or greatest number; among texts only, the first or last in order."""

    def __init__(self, choose: Callable[[Any, Any], Any]) -> None:
        self.choose = choose
        self.number: Number | None = None
        self.text: str | None = None

    def add(self, value: Any) -> Verdict:
        number, verdict = _number(value)
        if number is not None:
            self.number = number if self.number is None else self.choose(self.number, number)
            return verdict
        if isinstance(value, str) and value:
            self.text = value if self.text is None else self.choose(self.text, value)
            return "taken"
        return "skipped"

    def result(self) -> Number | str | None:
        return self.text if self.number is None else self.number


class _Count:
    def __init__(self) -> None:
        self.count = 0

    def add(self, value: Any) -> Verdict:
        if value is None or value is paths.MISSING:
            return "skipped"
        self.count += 1
        return "taken"

    def result(self) -> int:
        return self.count


class _CountDistinct:
    def __init__(self) -> None:
        self.seen: set[Hashable] = set()

    def add(self, value: Any) -> Verdict:
        if value is None or value is paths.MISSING:
            return "skipped"
        self.seen.add(identity(value))
        return "taken"

    def result(self) -> int:
        return len(self.seen)


class _Picked:
    """The first or the last value that is there, null included."""

    def __init__(self, *, last: bool) -> None:
        self.last = last
        self.value: Any = paths.MISSING

    def add(self, value: Any) -> Verdict:
        if value is paths.MISSING:
            return "skipped"
        if self.last or self.value is paths.MISSING:
            self.value = value
        return "taken"

    def result(self) -> Any:
        return None if self.value is paths.MISSING else self.value


_ACCUMULATORS: dict[Operation, Callable[[], Accumulator]] = {
    "sum": _Sum,
    "avg": _Average,
    "min": lambda: _Extreme(min),
    "max": lambda: _Extreme(max),
    "count": _Count,
    "countDistinct": _CountDistinct,
    "first": lambda: _Picked(last=False),
    "last": lambda: _Picked(last=True),
}


def group(items: Iterable[Any], by: Sequence[tuple[str, paths.Path]], columns: Sequence[Aggregation]) -> Grouped:
    """Aggregate `items` over the fields `by` (name in the result, path); without them everything is one group.

    A result row has the group's fields that are there, then the columns in their order.
    """
    items = list(items)
    grouped = Grouped(rows=[], firsts=[])
    members = _members(items, by, grouped)
    for column in columns:
        accumulators = [_ACCUMULATORS[column.operation]() for _row in grouped.rows]
        _take(items, members, column, accumulators, grouped)
        for row, accumulator in zip(grouped.rows, accumulators, strict=True):
            row[column.name] = _finished(accumulator.result(), column)
    return grouped


def _members(items: Sequence[Any], by: Sequence[tuple[str, paths.Path]], grouped: Grouped) -> list[int]:
    """The number of the group of each item; rows and firsts are written for each new one."""
    numbers: dict[Hashable, int] = {}
    members = []
    for index, item in enumerate(items):
        values = [paths.read(item, path) for _name, path in by]
        key = tuple([identity(value) for value in values])
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(numbers)
            names = (name for name, _path in by)
            found = zip(names, values, strict=True)
            grouped.rows.append({name: value for name, value in found if value is not paths.MISSING})
            grouped.firsts.append(index)
        members.append(number)
    return members


def _take(
    items: Sequence[Any],
    members: Sequence[int],
    column: Aggregation,
    accumulators: Sequence[Accumulator],
    grouped: Grouped,
) -> None:
    """Give the column's values to the accumulators of their groups: the inner loop of every aggregation."""
    adders = [accumulator.add for accumulator in accumulators]
    path = () if column.path is None else column.path
    coerced = skipped = 0
    for item, number in zip(items, members, strict=True):
        verdict = adders[number](paths.read(item, path))
        if verdict == "coerced":
            coerced += 1
        elif verdict == "skipped":
            skipped += 1
    if coerced:
        grouped.coerced[column.name] = coerced
    if skipped:
        grouped.skipped[column.name] = skipped


def _finished(value: Any, column: Aggregation) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    if column.decimals is not None:
        return rounded(value, column.decimals)
    if column.operation == "avg":
        return _short(rounded(value, AVERAGE_DECIMALS))
    return value


def _short(value: Decimal) -> Number:
    """An average without idle zeros: 2.500000 is 2.5, and 3.000000 is 3."""
    whole = value.to_integral_value()
    return int(whole) if whole == value else value.normalize(EXACT)
