"""What must be true of the tables after a storm, in SQL: each query finds the rows that break one promise."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from devtools.chaos.graphs import NARROW_LIMIT

OPEN = "('pending', 'ready', 'held', 'delayed', 'waiting', 'running')"
EXAMPLES = 3

# A retry opens a stopped run again: from then on steps may start.
NOT_RETRIED = """
NOT EXISTS (SELECT 1 FROM executions_executionevent r WHERE r.execution_id = {0}.execution_id
    AND r.type IN ('step.retried', 'execution.retried') AND r.seq > {0}.seq AND {1})
"""

QUERIES = {
    "openStepsOfFinishedRuns": f"""
        SELECT s.id FROM executions_step s JOIN executions_execution e ON e.id = s.execution_id
        WHERE e.status IN ('succeeded', 'failed', 'stopped') AND s.status IN {OPEN}""",
    "wrongCountsOfOpenSteps": f"""
        SELECT e.id FROM executions_execution e
        WHERE e.open_steps <> (
            SELECT count(*) FROM executions_step s WHERE s.execution_id = e.id AND s.status IN {OPEN})""",
    "lostRuns": """
        SELECT id FROM executions_execution WHERE status NOT IN ('succeeded', 'failed', 'stopped', 'paused')""",
    "doubleCommits": """
        SELECT step_id FROM executions_attempt WHERE outcome = 'succeeded'
        GROUP BY step_id, epoch HAVING count(*) > 1""",
    "successWithoutAttempt": """
        SELECT s.id FROM executions_step s WHERE s.status = 'succeeded' AND NOT EXISTS (
            SELECT 1 FROM executions_attempt a
            WHERE a.step_id = s.id AND a.epoch = s.epoch AND a.outcome = 'succeeded')""",
    "overlappingAttempts": """
        SELECT a.step_id FROM executions_attempt a JOIN executions_attempt b
            ON b.step_id = a.step_id AND b.fence > a.fence AND b.started_at < a.ended_at""",
    "journalGaps": """
        SELECT e.id FROM executions_execution e
        LEFT JOIN executions_executionevent x ON x.execution_id = e.id
        GROUP BY e.id HAVING count(x.seq) <> e.event_seq OR min(x.seq) <> 1 OR max(x.seq) <> e.event_seq""",
    "movedAfterStop": f"""
        SELECT x.execution_id FROM executions_executionevent stop JOIN executions_executionevent x
            ON x.execution_id = stop.execution_id AND x.seq > stop.seq
        WHERE stop.type = 'execution.stopped' AND (x.type LIKE 'step.%' OR x.type = 'log')
            AND {NOT_RETRIED.format("stop", "r.seq <= x.seq")}""",
    "startedOrEndedAfterStop": f"""
        SELECT a.step_id FROM executions_executionevent stop
        JOIN executions_step s ON s.execution_id = stop.execution_id JOIN executions_attempt a ON a.step_id = s.id
        WHERE stop.type = 'execution.stopped' AND a.ended_at > stop.at
            AND {NOT_RETRIED.format("stop", "r.at <= a.ended_at")}""",
    "startedWhilePaused": """
        SELECT a.step_id FROM executions_executionevent pause
        JOIN executions_step s ON s.execution_id = pause.execution_id JOIN executions_attempt a ON a.step_id = s.id
        WHERE pause.type = 'execution.paused' AND a.started_at > pause.at AND NOT EXISTS (
            SELECT 1 FROM executions_executionevent x
            WHERE x.execution_id = pause.execution_id AND x.seq > pause.seq AND x.at <= a.started_at
                AND x.type IN ('execution.resumed', 'execution.stopped', 'execution.succeeded', 'execution.failed'))""",
    "runsWithoutKey": """
        SELECT e.id FROM executions_execution e
        WHERE e.origin = 'manual' AND NOT EXISTS (
            SELECT 1 FROM executions_idempotencykey k WHERE k.execution_id = e.id)""",
    "childrenWithoutOrder": """
        SELECT s.id FROM executions_step s WHERE s.node_type = 'sub-workflow' AND (
            SELECT count(*) FROM executions_execution c WHERE c.parent_step_id = s.id) <> (
            SELECT count(DISTINCT x.key) FROM executions_sideeffect x WHERE x.step_id = s.id)""",
    "childrenLeftPaused": """
        SELECT c.id FROM executions_execution c JOIN executions_step s ON s.id = c.parent_step_id
        JOIN executions_execution p ON p.id = s.execution_id
        WHERE c.status = 'paused' AND p.status <> 'paused'""",
    "slotsOfFinishedRuns": """
        SELECT t.id FROM executions_slot t JOIN executions_execution e ON e.id = t.execution_id
        WHERE e.finished_at IS NOT NULL""",
    "endsNotLookedAfter": """
        SELECT id FROM executions_execution WHERE aftercare AND finished_at IS NOT NULL""",
    "moreThanAllowedAtOnce": f"""
        SELECT e.id FROM executions_execution e JOIN executions_execution x
            ON x.workflow_id = e.workflow_id AND x.started_at <= e.started_at AND x.finished_at > e.started_at
        JOIN workflows_workflow w ON w.id = e.workflow_id
        WHERE w.name = 'Chaos: narrow' AND e.epoch = 1 AND x.epoch = 1
        GROUP BY e.id HAVING count(*) > {NARROW_LIMIT}""",
    "undeliveredMessages": """
        SELECT id FROM integrations_outboxmessage WHERE state <> 'sent'""",
}
"""Every start from outside has a key, and when the storm ends nothing may be left to deliver."""

OUTCOMES = "SELECT outcome, count(*) FROM executions_attempt GROUP BY outcome ORDER BY outcome"
FIGURES = """
SELECT (SELECT count(*) FROM executions_execution) AS executions,
    (SELECT count(*) FROM executions_step) AS steps,
    (SELECT count(*) FROM executions_attempt) AS attempts,
    (SELECT count(*) FROM executions_step WHERE error ->> 'code' = 'worker_lost') AS poisoned
"""


@dataclass(frozen=True)
class Fault:
    """A promise that was broken: how often, and the ids of a few rows that show it."""

    count: int
    examples: list[str]


def find_faults(connection: psycopg.Connection) -> dict[str, Fault]:
    """Every promise by name, also the kept ones."""
    found = {}
    for name, query in QUERIES.items():
        rows = connection.execute(query).fetchall()
        found[name] = Fault(len(rows), [str(row[0]) for row in rows[:EXAMPLES]])
    return found


def count_outcomes(connection: psycopg.Connection) -> dict[str, int]:
    """How tries ended; `lost` are those whose worker was taken for dead."""
    return dict(connection.execute(OUTCOMES).fetchall())


def count_figures(connection: psycopg.Connection) -> dict[str, int]:
    """How much happened."""
    cursor = connection.execute(FIGURES)
    row = cursor.fetchone() or ()
    return dict(zip([column.name for column in cursor.description or ()], row, strict=True))
