"""PURE: which items of two lists belong together, as pairs of indexes; None stands for a partner that is not there.

`inner` keeps pairs only, `left` also what is alone in the first list, `outer` also what is alone in the second, at the
end.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal

from workflows.items import paths
from workflows.items.coercion import identity
from workflows.items.paths import MISSING, Path

How = Literal["inner", "left", "outer"]
Pair = tuple[int | None, int | None]


class TooManyPairs(ValueError):
    """Keys that repeat in both lists have more pairs than the limit allows."""


def by_position(first: int, second: int, *, how: How) -> list[Pair]:
    """The pairs of two lists of these lengths, one to one."""
    both = min(first, second)
    pairs: list[Pair] = [(index, index) for index in range(both)]
    if how != "inner":
        pairs += [(index, None) for index in range(both, first)]
    if how == "outer":
        pairs += [(None, index) for index in range(both, second)]
    return pairs


def by_key(
    first: Sequence[Any],
    second: Sequence[Any],
    *,
    keys: Sequence[tuple[Path, Path]],
    how: How,
    limit: int,
) -> list[Pair]:
    """The pairs whose `keys` (path in the first, path in the second) are the same, every one with every one.

    Null and missing are never the same as anything. Raises `TooManyPairs` above `limit`.
    """
    partners: dict[Hashable, list[int]] = {}
    for index, item in enumerate(second):
        who = _identity(item, [path for _path, path in keys])
        if who is not None:
            partners.setdefault(who, []).append(index)
    pairs: list[Pair] = []
    met: set[int] = set()
    for index, item in enumerate(first):
        who = _identity(item, [path for path, _path in keys])
        found = [] if who is None else partners.get(who, [])
        met.update(found)
        pairs += [(index, other) for other in found]
        if not found and how != "inner":
            pairs.append((index, None))
        if len(pairs) > limit:
            raise TooManyPairs
    if how == "outer":
        pairs += [(None, index) for index in range(len(second)) if index not in met]
    return pairs


def _identity(item: Any, key: Sequence[Path]) -> Hashable | None:
    values = [paths.read(item, path) for path in key]
    if any(value is None or value is MISSING for value in values):
        return None
    return tuple(identity(value) for value in values)
