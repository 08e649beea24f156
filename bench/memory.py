"""How much memory an installation takes after it has worked: proportional shares (PSS), process by process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psutil
from django.db import connections

from bench.inside import Inside
from bench.stage import Stage
from bench.works import WIDTH
from devtools import records
from devtools.demo import SEED_WORKFLOW
from devtools.installation import installation

MEGABYTE = 1_000_000
WARMING_FANS = 4
SETTLING_SECONDS = 60.0
"""Until pools have given back the connections that only the rush needed (`max_idle` each)."""


def measure(stage: Stage, ours: Inside, tell: Callable[[str], None]) -> dict[str, Any]:
    """Let every worker work first: the main job where the Wildberries sandbox runs, and steps on queue `cpu`."""
    for _ in range(WARMING_FANS):
        ours.fan(WIDTH)
    if any(record.name == "sandbox" for record in records.read_all(installation().records)):
        definition = json.loads(SEED_WORKFLOW.read_text())["definition"]
        ours.wait([ours.start(stage.publish("bench: the main job", definition))])
    ours.close()
    connections.close_all()  # the backends that serve the bench are not the installation's
    tell(f"every worker has worked; they rest for {SETTLING_SECONDS:.0f} s")
    time.sleep(SETTLING_SECONDS)
    taken = list(_taken())
    return {
        "work": "memory",
        "processes": [{"name": name, "mb": megabytes} for name, megabytes in taken],
        "largest_worker_mb": max(megabytes for name, megabytes in taken if name.startswith("worker")),
        "total_mb": round(sum(megabytes for _name, megabytes in taken), 1),
    }


def _taken() -> Iterator[tuple[str, float]]:
    """Every process by name, and its megabytes. A server's connection may be closed while we look."""
    for name, process in _processes():
        with suppress(psutil.NoSuchProcess):
            yield name, round(_pss(process) / MEGABYTE, 1)


def _processes() -> Iterator[tuple[str, psutil.Process]]:
    """Every process of the installation by name, those that watch over it included; the bench itself is left out."""
    supervisor = None
    for record in records.read_all(installation().records):
        if not record.runs:
            continue
        supervisor = record.supervisor
        leader = psutil.Process(record.pid)
        yield record.name, leader
        for child in leader.children(recursive=True):
            yield f"{record.name} child", child
    if supervisor is not None:
        watcher = psutil.Process(supervisor)
        yield "supervisor", watcher
        for child in watcher.children():
            if "devtools.guardian" in child.cmdline():
                yield "guardian", child


def _pss(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)
