"""Whether the two clocks tick. Each keeps one connection to PostgreSQL, which knows when it was last spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

CLOCKS: Final = ("ticker", "beat")
PATIENCE_SECONDS: Final = {"ticker": 15.0, "beat": 60.0}
"""The ticker speaks every second, beat when it looks for changed rows or sends something."""

SPOKEN = """
SELECT application_name, max(state_change), extract(epoch FROM clock_timestamp() - max(state_change))
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = ANY(%s)
GROUP BY application_name
"""


@dataclass(frozen=True)
class Pulse:
    """One clock: when it was last heard of and how many seconds ago; None when no such process is connected."""

    name: str
    heard_at: datetime | None
    silent_seconds: float | None

    @property
    def ticks(self) -> bool:
        return self.silent_seconds is not None and self.silent_seconds < PATIENCE_SECONDS[self.name]


def pulses() -> list[Pulse]:
    """The clocks, whether there is one or not."""
    with connection.cursor() as cursor:
        cursor.execute(SPOKEN, [[f"naryad-{name}" for name in CLOCKS]])
        found = {name.removeprefix("naryad-"): (at, float(seconds)) for name, at, seconds in cursor.fetchall()}
    return [Pulse(name, *found.get(name, (None, None))) for name in CLOCKS]
