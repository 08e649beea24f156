"""PURE: items in the order of their fields.

Numbers, numeric text included, stand before texts, texts before booleans. What has no order - null, missing, lists and
objects - stands at the end, whichever way round the rest is. Equal items keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from workflows.items import paths
from workflows.items.coercion import as_number, as_text

Direction = Literal["asc", "desc"]
Kind = Literal["auto", "number", "text"]


@dataclass(frozen=True)
class SortKey:
    """One field to sort by. `kind` says what its values are: `auto` decides for each value."""

    path: paths.Path
    direction: Direction = "asc"
    kind: Kind = "auto"


def order(items: Sequence[Any], keys: Sequence[SortKey], *, leave_out_empty: bool = False) -> list[int]:
    """The indexes of `items` sorted by `keys`, the first of which weighs most.

    With `leave_out_empty` items without a place by one of the keys are left out instead of standing at the end.
    """
    indexes = list(range(len(items)))
    for key in reversed(keys):
        ranks = [_rank(paths.read(item, key.path), key.kind) for item in items]
        placed = [(rank, index) for index in indexes if (rank := ranks[index]) is not None]
        placed.sort(key=lambda pair: pair[0], reverse=key.direction == "desc")
        empty = [] if leave_out_empty else [index for index in indexes if ranks[index] is None]
        indexes = [index for _rank_of_it, index in placed] + empty
    return indexes


def _rank(value: Any, kind: Kind) -> tuple[int, Any] | None:
    """The place of a value, None where it has none."""
    if value is None or value is paths.MISSING or isinstance(value, list | tuple | dict):
        return None
    if kind == "text":
        return (1, as_text(value)) if value != "" else None
    number = as_number(value)
    if number is not None:
        return (0, Decimal(number))
    if kind == "number" or value == "" or isinstance(value, float | Decimal):
        return None
    return (2, value) if isinstance(value, bool) else (1, as_text(value))
