"""Bars for a chart, reckoned here: the page draws them as SVG, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from executions.services.overview import FATES, Hour

WIDTH: Final = 960
HEIGHT: Final = 180
FLOOR: Final = 160
"""Where the bars stand; below it are the hours."""
ROOF: Final = 12


@dataclass(frozen=True)
class Bar:
    """A piece of a column."""

    fate: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """`marks` are `(x, text)` below the bars, `top` is what the highest column stands for."""

    bars: list[Bar]
    marks: list[tuple[float, str]]
    columns: list[dict[str, Any]]
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR


def chart_of(hours: Sequence[Hour]) -> Chart:
    """One column for each hour, its parts one above the other in the order of `FATES`."""
    top = max((sum(hour.runs.values()) for hour in hours), default=0)
    step = WIDTH / max(1, len(hours))
    bars: list[Bar] = []
    marks: list[tuple[float, str]] = []
    columns = []
    for number, hour in enumerate(hours):
        left, ground = number * step, float(FLOOR)
        for fate in FATES:
            height = (FLOOR - ROOF) * hour.runs[fate] / top if top else 0.0
            if height:
                ground -= height
                bars.append(Bar(fate, round(left + 2, 1), round(ground, 1), round(step - 4, 1), round(height, 1)))
        if number % 3 == 0:
            marks.append((round(left + 2, 1), f"{hour.at:%H:%M}"))
        columns.append({"x": round(left, 1), "width": round(step, 1), "hour": hour})
    return Chart(bars, marks, columns, top)
