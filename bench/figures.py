"""The figures that were promised, and whether a measuring reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Promise:
    """`key` of the summary of `work` must stay at or below `limit`."""

    work: str
    key: str
    limit: float
    what: str


PROMISES: Final = (
    Promise("W1", "ratio_to_bare", 2.3, "a step takes as long as so many bare commits"),
    Promise("W1", "ratio_to_celery", 0.5, "time of a chain, of that of a Celery canvas"),
    Promise("W2", "ratio_to_celery_rows", 0.3, "time of a fan, of that of Celery with a row per step"),
    Promise("W3", "ratio_to_celery", 0.5, "time of many runs, of that of Celery canvases"),
    Promise("W4", "ratio_to_celery", 1.2, "time of a single step, of that of a Celery task"),
    Promise("W1", "watched_ratio", 1.1, "time of a chain that a client follows, of one that nobody does"),
    Promise("events", "p50_ms", 50, "ms from an event to the first step of its run, half of them"),
    Promise("events", "p95_ms", 200, "ms from an event to the first step of its run, 95 of 100"),
    Promise("presses", "p99_ms", 2000, "ms until a press is answered that Telegram brings, 99 of 100 of 500 at once"),
    Promise("presses", "polled_p99_ms", 2000, "the same, of presses that the bot fetches"),
    Promise("memory", "largest_worker_mb", 120, "MB of the largest worker process"),
    Promise("memory", "total_mb", 700, "MB of everything together"),
    Promise("data", "data_cpu_seconds", 1.5, "s of processor time for 100 000 rows"),
    Promise("expressions", "us_per_path", 1.0, "µs for a plain path"),
    Promise("expressions", "us_per_script", 10.0, "µs for a script in a batch"),
    Promise("logins", "difference_ms", 10, "ms that a refused log-in takes longer or shorter by who is named"),
    Promise("border", "slowdown", 3.0, "time of 50 fast runs beside 50 targets that hang, of that alone"),
    Promise("border", "flood_slowdown", 3.0, "the same beside one target that hangs in 200 calls"),
    Promise("import", "import_seconds", 60.0, "s for 2000 exports of n8n on one core"),
)


def judged(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The promises that this summary speaks of, each with its `value` and whether it is `reached`."""
    return [
        {**asdict(promise), "value": summary[promise.key], "reached": summary[promise.key] <= promise.limit}
        for promise in PROMISES
        if promise.work == summary["work"] and promise.key in summary
    ]
