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
    "p99_ms": "ms p99",
}
NAMES = {"celery": "Celery canvas", "celery_rows": "Celery, a row per step"}


def lines(summary: Mapping[str, Any], title: str) -> Iterator[str]:
    """The summary as a few lines of text."""
    yield f"{summary['work']}: {title}"
    if summary["work"] == "border":
        yield from _border(summary)
    elif "processes" in summary:
        yield from _memory(summary)
    elif summary["work"] == "events":
        yield from _events(summary)
    elif summary["work"] == "presses":
        yield from _presses(summary)
    elif summary["work"] == "logins":
        yield from _logins(summary)
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
        yield f"  {'of that':24}{phases['pickup']} ms until the first step begins, {phases['steps']} ms until the end"
        spent = ", ".join(f"{name} {each}" for name, each in summary["cpu_ms_per_step"].items())
        yield f"  {'processor ms per step':24}{spent}"
    if "watched_ratio" in summary:
        watched, alone = summary["watched_ms_per_step"], summary["unwatched_ms_per_step"]
        yield f"  {'followed by a client':24}{watched} ms per step, by nobody {alone} ms"
        for key, title in (("unwatched", "processor ms per step"), ("watched", "more for the client")):
            spent = ", ".join(f"{name} {each}" for name, each in summary[f"{key}_cpu_ms_per_step"].items())
            yield f"  {title:24}{spent}"
        yield f"  {'beside a stranger':24}who takes as much processor: {summary['beside_ratio']} of the time alone"
    yield _machine(summary)


def _events(summary: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {'from an event':24}{_figures(summary)} to the first step, at {summary['events_per_s']} events per second"
    heard, begun = summary["heard_p50_ms"], summary["begun_p50_ms"]
    yield f"  {'of that':24}{heard} ms until a listener has heard it, {begun} ms until its run is written (p50)"
    spent = ", ".join(f"{name} {each}" for name, each in summary["cpu_ms_per_event"].items())
    yield f"  {'processor ms per event':24}{spent}"
    yield _machine(summary)


def _presses(summary: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {'brought by Telegram':24}{_figures(summary)}"
    polled = {key: summary[f"polled_{key}"] for key in ("p50_ms", "p95_ms", "p99_ms")}
    yield f"  {'fetched by the bot':24}{_figures(polled)}"
    for kind, title in (("", "processor ms per press"), ("polled_", "of one fetched")):
        spent = ", ".join(f"{name} {each}" for name, each in summary[f"{kind}cpu_ms_per_press"].items())
        yield f"  {title:24}{spent}"
    yield _machine(summary)


def _logins(summary: Mapping[str, Any]) -> Iterator[str]:
    for kind, middle in summary["ms"].items():
        apart = f", {summary['apart_ms'][kind]:+} ms beside who is known" if kind in summary["apart_ms"] else ""
        yield f"  {kind:24}{middle} ms, median of {summary['attempts']}{apart}"
    yield _machine(summary)


def _machine(summary: Mapping[str, Any]) -> str:
    machine = summary["machine"]
    return (
        f"  {'machine':24}{machine['cores']} cores, load {machine['load']}, "
        f"others used {machine['others']:.0%}; medians of {summary['rounds']} rounds"
    )


def _border(summary: Mapping[str, Any]) -> Iterator[str]:
    seconds = summary["seconds"]
    yield f"  {'alone':24}{seconds['alone']} s for {summary['fast']} fast runs"
    yield f"  {'beside hanging targets':24}{seconds['beside']} s beside {summary['hanging']} of them"
    yield f"  {'beside a flood':24}{seconds['flooded']} s beside {summary['flood']} calls to one that hangs"
    yield _machine(summary)


def _memory(summary: Mapping[str, Any]) -> Iterator[str]:
    for process in summary["processes"]:
        yield f"  {process['name']:24}{process['mb']:7.1f} MB"
    yield f"  {'total':24}{summary['total_mb']:7.1f} MB"
