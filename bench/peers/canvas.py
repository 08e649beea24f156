"""Bare Celery: a canvas, results in Valkey, nothing in a database. `-A bench.peers.canvas` is its worker."""

from __future__ import annotations

import time
from typing import Any

from celery import Celery, chain, chord, group

from bench.contender import RUN_SECONDS, Failed
from bench.places import CANVAS_BROKER, CANVAS_RESULTS, valkey

QUEUE = "canvas"

# No fixups: Celery would look after Django's connections in a process that has none.
app = Celery("canvas", broker=valkey(CANVAS_BROKER), backend=valkey(CANVAS_RESULTS), fixups=[], set_as_current=False)
app.conf.update(
    broker_connection_retry_on_startup=True,
    task_default_queue=QUEUE,
    worker_hijack_root_logger=False,
    result_expires=600,
)


@app.task(name="canvas.add")
def add(value: int, more: int = 1) -> int:
    """A trivial step."""
    return value + more


@app.task(name="canvas.total")
def total(values: list[int]) -> int:
    """The step after many."""
    return sum(values)


class Canvas:
    """A contender."""

    name = "celery"

    def chain(self, steps: int) -> float:
        began = time.perf_counter()
        _expect(steps, _chain(steps).apply_async())
        return time.perf_counter() - began

    def fan(self, width: int) -> float:
        began = time.perf_counter()
        branches = group(add.s(place) for place in range(width))
        _expect(width + sum(range(width)), chain(add.s(0), chord(branches, total.s())).apply_async())
        return time.perf_counter() - began

    def many(self, runs: int, steps: int) -> float:
        began = time.perf_counter()
        for result in [_chain(steps).apply_async() for _ in range(runs)]:
            _expect(steps, result)
        return time.perf_counter() - began


def _chain(steps: int) -> Any:
    return add.s(0) if steps == 1 else chain(add.s(0), *[add.s()] * (steps - 1))


def _expect(wanted: int, result: Any) -> None:
    found = result.get(timeout=RUN_SECONDS)
    if found != wanted:
        raise Failed(f"the canvas says {found} instead of {wanted}")
