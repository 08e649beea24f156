"""`events`: how long it takes from an event to the first step of the run that it starts, at a steady flow of events.

Both ends are read from PostgreSQL's clock. An event's own time is taken shortly before its commit, so what is told is
rather too long than too short.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from typing import Any, Final
from uuid import UUID

from accounts import services as accounts
from bench import effort
from bench.contender import RUN_SECONDS, Late
from bench.inside import Inside
from bench.machine import Machine
from bench.places import connect
from bench.stage import Stage
from bench.works import percentile
from integrations import events

NAME: Final = "bench.happened"
PER_SECOND: Final = 50
SECONDS: Final = 10
WARMING: Final = 100

LATENCIES: Final = """
SELECT extract(epoch FROM r.at - e.at) * 1000, extract(epoch FROM x.started_at - e.at) * 1000,
    extract(epoch FROM s.started_at - e.at) * 1000
FROM integrations_event e
JOIN executions_reaction r ON r.event_id = e.id
JOIN executions_execution x ON x.id = r.execution_id
CROSS JOIN LATERAL (SELECT min(started_at) AS started_at FROM executions_step WHERE execution_id = x.id) s
WHERE e.id = ANY(%s::uuid[]) AND x.finished_at IS NOT NULL
"""


def measure(stage: Stage, ours: Inside, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """`p50_ms` and `p95_ms`: medians of the rounds, each of `SECONDS` at `PER_SECOND` events, at random moments."""
    stage.publish("bench: an event", _definition())
    _flow(WARMING)
    machines, found, spent = [], [], []
    for number in range(1, rounds + 1):
        machines.append(Machine.look())
        before = effort.spent()
        found.append(_flow(PER_SECOND * SECONDS))
        spent.append(effort.per_step(before, effort.spent(), PER_SECOND * SECONDS))
        told = ", ".join(f"{name} {value} ms" for name, value in found[-1].items())
        tell(f"round {number} of {rounds}: {told}; others use {machines[-1].others:.0%}")
    ours.close()
    return {
        "work": "events",
        "events_per_s": PER_SECOND,
        **{name: round(median(each[name] for each in found), 1) for name in found[0]},
        "cpu_ms_per_event": {name: round(median(each.get(name, 0.0) for each in spent), 2) for name in spent[-1]},
        "rounds": rounds,
        "machine": asdict(machines[-1])
        | {"load": median(each.load for each in machines), "others": median(each.others for each in machines)},
    }


def _definition() -> dict[str, Any]:
    return {
        "nodes": [
            {"id": "begin", "type": "trigger-event", "data": {"config": {"event": NAME}}},
            {"id": "act", "type": "noop", "data": {}},
        ],
        "edges": [{"id": "e", "source": "begin", "target": "act"}],
    }


def _flow(count: int) -> dict[str, float]:
    """So many events at the pace; returns when the run of each has ended. Raises Late."""
    project_id = accounts.default_project().pk
    chance = random.Random(7)
    told: list[UUID] = []
    due = time.perf_counter()
    for _number in range(count):
        due += chance.expovariate(PER_SECOND)
        time.sleep(max(0.0, due - time.perf_counter()))
        told.append(events.emit(project_id=project_id, name=NAME, source="bench")[0].pk)
    late = time.perf_counter() - due
    heard, begun, started = zip(*_latencies(told), strict=True)
    return {
        "p50_ms": round(percentile(started, 0.5), 1),
        "p95_ms": round(percentile(started, 0.95), 1),
        "heard_p50_ms": round(median(heard), 1),
        "begun_p50_ms": round(median(begun), 1),
        "behind_ms": round(late * 1000, 1),
    }


def _latencies(told: list[UUID]) -> list[tuple[float, float, float]]:
    """Milliseconds from each event until it is heard, its run is written, its first step is claimed; all have ended."""
    deadline = time.monotonic() + RUN_SECONDS
    with connect() as connection:
        while len(rows := connection.execute(LATENCIES, (told,)).fetchall()) < len(told):
            if time.monotonic() > deadline:
                raise Late(f"after {RUN_SECONDS:.0f} s {len(told) - len(rows)} events have brought nothing to its end")
            time.sleep(0.2)
    return [(float(heard), float(begun), float(started)) for heard, begun, started in rows]
