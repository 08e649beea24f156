"""PURE: rows of cells as items, and items as rows of cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

MAX_COLUMNS: Final = 1000


class TooWide(ValueError):
    """More than `MAX_COLUMNS` columns."""


def items_of(rows: Iterable[Sequence[Any]], *, header: bool) -> Iterator[dict[str, Any]]:
    """An item for each row that is not empty, by the names of the first row or `column1`, `column2` and so on.

    Names that are missing or repeat are made up and numbered; cells beyond the header get a name, too. Raises
    `TooWide`.
    """
    names: list[str] = []
    begun = not header
    for row in rows:
        if len(row) > MAX_COLUMNS:
            raise TooWide
        if all(cell is None or cell == "" for cell in row):
            continue
        if not begun:
            names, begun = _names(row), True
            continue
        while len(names) < len(row):
            names.append(_free(f"column{len(names) + 1}", names))
        yield dict(zip(names, row, strict=False))


def rows_of(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> tuple[list[str], Iterator[list[Any]]]:
    """The columns - those named, else every field in order of first appearance - and the cells of each item.

    Raises `TooWide`.
    """
    names = list(columns) or list(dict.fromkeys(name for item in items for name in item))
    if len(names) > MAX_COLUMNS:
        raise TooWide
    return names, ([item.get(name) for name in names] for item in items)


def _names(row: Sequence[Any]) -> list[str]:
    names: list[str] = []
    for cell in row:
        wanted = "" if cell is None else str(cell).strip()
        names.append(_free(wanted or f"column{len(names) + 1}", names))
    return names


def _free(wanted: str, taken: Sequence[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
