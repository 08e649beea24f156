"""How events go on the whole: how many of each kind and in each hour, what became of them, how quickly."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from django.db import connection

from accounts import services as accounts

MOST: Final = 200
NEWEST: Final = 5000
"""Of so many of the newest runs the latency is measured."""

BY_NAME: Final = """
SELECT e.name, count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM executions_reaction r WHERE r.event_id = e.id
    )), max(e.at)
FROM integrations_event e
WHERE e.project_id = ANY(%(projects)s) AND e.at >= naryad_now() - make_interval(hours => %(hours)s)
GROUP BY e.name ORDER BY count(*) DESC, e.name LIMIT %(most)s
"""
OUTCOMES: Final = """
SELECT e.name, r.outcome, count(*)
FROM integrations_event e JOIN executions_reaction r ON r.event_id = e.id
WHERE e.project_id = ANY(%(projects)s) AND e.at >= naryad_now() - make_interval(hours => %(hours)s)
GROUP BY e.name, r.outcome ORDER BY e.name, count(*) DESC, r.outcome
"""
# From the moment at which the event was written to the claim of the first step of its run.
LATENCY: Final = """
SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)
FROM (
    SELECT e.name, extract(epoch FROM begun.at - e.at)::float8 * 1000 AS ms
    FROM (
        SELECT event_id, execution_id FROM executions_reaction
        WHERE project_id = ANY(%(projects)s) AND at >= naryad_now() - make_interval(hours => %(hours)s)
            AND outcome = 'started' AND telling = 1 AND execution_id IS NOT NULL
        ORDER BY at DESC LIMIT %(newest)s
    ) r JOIN integrations_event e ON e.id = r.event_id
    CROSS JOIN LATERAL (SELECT min(started_at) AS at FROM executions_step WHERE execution_id = r.execution_id) begun
    WHERE begun.at IS NOT NULL
) measured GROUP BY name
"""
BY_HOUR: Final = """
SELECT hour, (
    SELECT count(*) FROM integrations_event e
    WHERE e.project_id = ANY(%(projects)s) AND e.at >= hour AND e.at < hour + interval '1 hour'
), (
    SELECT count(*) FROM executions_reaction r
    WHERE r.project_id = ANY(%(projects)s) AND r.outcome = 'started'
        AND r.at >= hour AND r.at < hour + interval '1 hour'
)
FROM generate_series(
    date_trunc('hour', naryad_now()) - make_interval(hours => %(hours)s - 1), naryad_now(), interval '1 hour'
) AS hour ORDER BY hour
"""
STARTED: Final = "started"
COUNTED: Final = frozenset({STARTED, "noted"})
"""Outcomes of an event that has done what somebody listens for."""

Row = dict[str, Any]


def overview(*, user: Any, hours: int) -> list[Row]:
    """One line per name of event of the last `hours` in the projects that `user` may see, the busiest first."""
    values = _values(user, hours)
    outcomes: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        for name, outcome, count in _rows(cursor, OUTCOMES, values):
            outcomes[name][outcome] = count
        latency = {name: (p50, p95) for name, p50, p95 in _rows(cursor, LATENCY, values)}
        return [
            _line(name, count, unheard, last, outcomes[name], latency.get(name, (None, None)))
            for name, count, unheard, last in _rows(cursor, BY_NAME, values)
        ]


def by_hour(*, user: Any, hours: int) -> list[Row]:
    """Events and the runs that they have started, hour by hour, the oldest first; hours are those of UTC."""
    with connection.cursor() as cursor:
        found = _rows(cursor, BY_HOUR, _values(user, hours))
        return [{"at": at, "events": told, "started": started} for at, told, started in found]


def _values(user: Any, hours: int) -> Row:
    projects = accounts.project_ids(user, action="event.view")
    return {"projects": projects, "hours": hours, "most": MOST, "newest": NEWEST}


def _rows(cursor: Any, sql: str, values: Row) -> list[tuple[Any, ...]]:
    cursor.execute(sql, values)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _line(
    name: str,
    count: int,
    unheard: int,
    last: datetime,
    outcomes: dict[str, int],
    latency: tuple[float | None, float | None],
) -> Row:
    return {
        "name": name,
        "events": count,
        "started": outcomes.get(STARTED, 0),
        "notMatched": sum(number for outcome, number in outcomes.items() if outcome not in COUNTED),
        "outcomes": outcomes,
        "unheard": unheard,
        "latencyP50Ms": latency[0],
        "latencyP95Ms": latency[1],
        "lastAt": last,
    }
