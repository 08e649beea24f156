"""Forgetting what is over: lines go with their events, listeners with their last line."""

from __future__ import annotations

from typing import Final

from django.db import connection

BATCH: Final = 200

EMPTY = """
DELETE FROM executions_listener l WHERE l.id IN (
    SELECT q.id FROM executions_listener q
    WHERE NOT q.active AND q.address IS NULL
        AND NOT EXISTS (SELECT 1 FROM executions_reaction r WHERE r.listener_id = q.id)
    LIMIT %s
)
"""


def prune_reactions(most: int = BATCH) -> int:
    """S9: drop listeners that listen no more and of which nothing is left; returns how many.

    One with an address stays: the version that has it may be published again, and its address must be the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [most])
        return int(cursor.rowcount)
