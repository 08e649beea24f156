"""How long things took in a storm: from a kill to the next try, from a server's return to work, from asking to yes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import psycopg

from devtools.chaos.controller import Acknowledged
from devtools.chaos.nemesis import Deed

Figures = dict[str, Any]

# The tries that a killed process was at, and when each was begun again, unless somebody held or ended the run before.
RECOVERED = """
SELECT extract(epoch FROM next.started_at)::float8 FROM executions_attempt a
JOIN executions_step s ON s.id = a.step_id
CROSS JOIN LATERAL (
    SELECT started_at FROM executions_attempt n WHERE n.step_id = a.step_id AND n.fence = a.fence + 1
) AS next
WHERE a.outcome = 'lost' AND a.worker LIKE %(worker)s AND a.started_at <= to_timestamp(%(at)s)
    AND a.ended_at >= to_timestamp(%(at)s)
    AND NOT EXISTS (
        SELECT 1 FROM executions_executionevent x WHERE x.execution_id = s.execution_id
            AND x.type IN ('execution.paused', 'execution.stopped', 'step.retried')
            AND x.at BETWEEN to_timestamp(%(at)s) AND next.started_at)
"""
NEXT_SUCCESS = """
SELECT extract(epoch FROM min(ended_at))::float8 FROM executions_attempt
WHERE started_at > to_timestamp(%s) AND outcome IN ('succeeded', 'retried', 'waiting')
"""
DATABASE = ("restart database", "crash database", "cut connections")
BROKER = ("empty broker", "flush broker", "freeze broker")
WORKER_KILLS = ("kill worker", "kill child")


def summary(values: Sequence[float], digits: int = 1) -> Figures:
    """Number, median, 99th percentile and largest."""
    if not values:
        return {"n": 0}
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered), digits),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], digits),
        "max": round(ordered[-1], digits),
    }


def recoveries(connection: psycopg.Connection, deeds: Sequence[Deed]) -> list[float]:
    """Seconds from each kill of a worker to the next try of each step that it was at."""
    found = []
    for deed in deeds:
        if deed.name not in WORKER_KILLS:
            continue
        worker = f"%:{deed.pid}" if deed.name == "kill child" else f"%:{deed.pid}:%"
        rows = connection.execute(RECOVERED, {"worker": worker, "at": deed.at}).fetchall()
        found += [row[0] - deed.at for row in rows]
    return found


def returns(connection: psycopg.Connection, deeds: Sequence[Deed], names: Sequence[str]) -> list[float]:
    """Seconds from the return of a server to the end of the first try that was begun after it.

    Left out are returns that were followed by the next blow on a server before anything could be done.
    """
    blows = [deed.at for deed in deeds if deed.name in (*DATABASE, *BROKER)]
    found = []
    for deed in deeds:
        if deed.name not in names or deed.back is None:
            continue
        row = connection.execute(NEXT_SUCCESS, (deed.back,)).fetchone()
        if row is not None and row[0] is not None and not any(deed.at < blow < row[0] for blow in blows):
            found.append(row[0] - deed.back)
    return found


def answers(acknowledged: Sequence[Acknowledged], deeds: Sequence[Deed], action: str) -> Figures:
    """Milliseconds to the answer; apart, those that were asked while the database or the web process was away."""
    outages = [(deed.at, deed.back or deed.at) for deed in deeds if deed.name in DATABASE or deed.name == "kill web"]
    calm: list[float] = []
    rough: list[float] = []
    for one in acknowledged:
        if one.action == action:
            away = any(one.asked <= back and one.asked + one.seconds >= gone for gone, back in outages)
            (rough if away else calm).append(one.seconds * 1000)
    return {**summary(calm, 0), "duringOutages": summary(rough, 0)}
