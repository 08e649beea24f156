"""Forgetting what became of old ticks."""

from __future__ import annotations

from typing import Final

from django.db import connection

BATCH: Final = 2000
KEPT: Final = "30 days"

# The lines are numbered as they come, so the oldest are found without an index on their time.
OLD = """
WITH oldest AS (SELECT id, fired_at, outcome FROM executions_schedulefire ORDER BY id LIMIT %(batch)s)
DELETE FROM executions_schedulefire f USING oldest
WHERE f.id = oldest.id AND oldest.fired_at < naryad_now() - %(kept)s::interval AND oldest.outcome <> 'queued'
"""

# One statement: a schedule that a publication brings back at this moment is looked at again, and stays.
EMPTY = """
DELETE FROM executions_trigger t
WHERE t.periodic_task_id IS NULL AND NOT EXISTS (SELECT 1 FROM executions_schedulefire f WHERE f.trigger_id = t.id)
"""


def prune_fires(most: int = BATCH) -> int:
    """S9: drop lines about ticks older than 30 days, and schedules of which nothing is left; returns how many lines."""
    with connection.cursor() as cursor:
        cursor.execute(OLD, {"batch": most, "kept": KEPT})
        pruned = int(cursor.rowcount)
        cursor.execute(EMPTY)
    return pruned
