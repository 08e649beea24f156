"""What the machine is and how busy others keep it, for a figure means nothing without that."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Machine:
    """`others` is the busy share of all cores, 0 to 1, while the bench itself did nothing."""

    cores: int
    load: float
    others: float

    @classmethod
    def look(cls) -> Machine:
        """Takes a third of a second."""
        others = psutil.cpu_percent(interval=0.3) / 100
        return cls(os.cpu_count() or 1, round(os.getloadavg()[0], 2), round(others, 2))
