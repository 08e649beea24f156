"""PURE: runs that wait for each other in a circle, told from who waits for whom."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class For(StrEnum):
    """What a run waits for in another one."""

    SLOT = "slot"  # its end, for the place that it holds
    CHILD = "child"  # its result


@dataclass(frozen=True)
class Wait:
    """A run that waits, and one that it waits for. Of several holders of places the end of any is enough."""

    run: uuid.UUID
    on: uuid.UUID
    why: For


def circle_of(run: uuid.UUID, waits: Iterable[Wait]) -> list[Wait]:
    """The way from `run` into a circle and once around it; empty when somebody on the way can still come to an end.

    `waits` are all that can be reached from the run. Whoever waits for nobody may end. A run needs all its children,
    and one in line any place: where there are several, all their holders must stand still.
    """
    by_run: dict[uuid.UUID, list[Wait]] = defaultdict(list)
    for wait in waits:
        by_run[wait.run].append(wait)
    still = _still(by_run)
    way: list[Wait] = []
    met: set[uuid.UUID] = set()
    here = run
    while here in still and here not in met:
        met.add(here)
        way.append(next(wait for wait in by_run[here] if wait.on in still))
        here = way[-1].on
    return way


def _still(by_run: Mapping[uuid.UUID, Collection[Wait]]) -> set[uuid.UUID]:
    """The runs that can never go on by themselves."""
    still = set(by_run)
    while free := {run for run in still if not _stands(by_run[run], still)}:
        still -= free
    return still


def _stands(waits: Collection[Wait], still: Collection[uuid.UUID]) -> bool:
    holders = [wait.on in still for wait in waits if wait.why is For.SLOT]
    return any(wait.on in still for wait in waits if wait.why is For.CHILD) or (bool(holders) and all(holders))
