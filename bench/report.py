"""A summary for people. Programs read the last line, which is the summary itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

UNITS = {
    "seconds": "s",
    "ms_per_step": "ms per step",
    "executions_per_s": "runs per second",
    "p50_ms": "ms p50",
    "p95_ms": "ms p95",
}
NAMES = {"celery": "Celery canvas", "celery_rows": "Celery, a row per step"}


def lines(summary: Mapping[str, Any], title: str) -> Iterator[str]:
    """The summary as a few lines of text."""
    yield f"{summary['work']}: {title}"
    if "processes" in summary:
        yield from _memory(summary)
    else:
        yield f"  {'Naryad':24}{_figures(summary)}"
        for key, name in NAMES.items():
            if key in summary:
                yield f"  {name:24}{_figures(summary[key])}"
        yield f"  {'bare commit':24}{summary['bare_ms_per_step']} ms per step"
        yield from _beside(summary)
    for promise in summary["promises"]:
        verdict = "reached" if promise["reached"] else "NOT reached"
        yield f"  {promise['key']} {promise['value']} <= {promise['limit']} ({promise['what']}): {verdict}"


def _figures(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{found[key]} {unit}" for key, unit in UNITS.items() if key in found)


def _beside(summary: Mapping[str, Any]) -> Iterator[str]:
    if "start_s" in summary:
        yield f"  {'start':24}{summary['start_s']} s, the first {summary['first_start_s']} s (it compiles the graph)"
    if "rows" in summary:
        counted = ", ".join(f"{count} {kind}" for kind, count in summary["rows"].items())
        yield f"  {'rows of the last round':24}{counted}"
        yield f"  {'writing transactions':24}{summary['writing_transactions']} on the whole server meanwhile"
    if "cpu_ms_per_step" in summary:
        phases = summary["phases_ms"]
        yield f"  {'of that':24}{phases['pickup']} ms until a worker has it, {phases['steps']} ms until it has ended"
        spent = ", ".join(f"{name} {each}" for name, each in summary["cpu_ms_per_step"].items())
        yield f"  {'processor ms per step':24}{spent}"
    if "watched_ratio" in summary:
        watched, alone = summary["watched_ms_per_step"], summary["unwatched_ms_per_step"]
        yield f"  {'followed by a client':24}{watched} ms per step, by nobody {alone} ms"
    machine = summary["machine"]
    yield (
        f"  {'machine':24}{machine['cores']} cores, load {machine['load']}, "
        f"others used {machine['others']:.0%}; medians of {summary['rounds']} rounds"
    )


def _memory(summary: Mapping[str, Any]) -> Iterator[str]:
    for process in summary["processes"]:
        yield f"  {process['name']:24}{process['mb']:7.1f} MB"
    yield f"  {'total':24}{summary['total_mb']:7.1f} MB"
