"""Processor time that the installation's processes spend: unlike the clock it hardly minds what else runs here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import psutil

from devtools import records
from devtools.installation import installation

SHOWN_MS = 0.01
"""Processes that spend less than this per step are not worth a word."""


def spent() -> Counter[str]:
    """Seconds so far, by the name of the process; what it has started (backends, forked workers) counts with it."""
    seconds: Counter[str] = Counter()
    for record in records.read_all(installation().records):
        if record.runs:
            leader = psutil.Process(record.pid)
            for process in (leader, *leader.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):  # a backend whose client has just gone
                    times = process.cpu_times()
                    seconds[record.name] += times.user + times.system
    return seconds


def per_step(before: Mapping[str, float], after: Mapping[str, float], steps: int) -> dict[str, float]:
    """Milliseconds per step by process, and the `total`."""
    spent_ms = {name: (after[name] - before.get(name, 0.0)) * 1000 / steps for name in after}
    shown = {name: round(each, 3) for name, each in spent_ms.items() if each > SHOWN_MS}
    return {"total": round(sum(spent_ms.values()), 3), **shown}
