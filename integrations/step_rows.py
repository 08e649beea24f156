"""Rows that go from the outside straight into the dataset of their step, however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from integrations.scope import CallScope, RowKeeper


class StepRows:
    """Written piece by piece. The place of a row is its key, so a step that runs again fills the same places."""

    def __init__(self, keep: RowKeeper) -> None:
        self._keep = keep

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """Only a step has a dataset: raises `ValueError` in any other scope."""
        if scope.rows is None:
            raise ValueError("this scope keeps no rows")
        return cls(scope.rows)

    def put(self, rows: Sequence[Mapping[str, Any]], *, start: int) -> None:
        """Write rows from position `start` on; what lies behind them stays."""
        self._keep(rows, start=start, complete=False)

    def finish(self, count: int) -> str:
        """Take away what an earlier try may have left behind the first `count` rows; gives the dataset's name."""
        return self._keep([], start=count, complete=True)
