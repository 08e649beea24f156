"""The trail of changes that people make: what a row's own signals do not tell, and how long the trail is kept.

`config.trail` writes it (django-auditlog) in the processes that show pages; the others load nothing of it.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.dispatch import Signal

HIDDEN: Final = "•••"
"""Stands for a secret in the trail."""

changed = Signal()
"""Sent with `row` and `changes`: field -> (before, after)."""

_PRUNE: Final = (
    """DELETE FROM auditlog_logentry WHERE id IN (
        SELECT id FROM auditlog_logentry WHERE timestamp < naryad_now() - make_interval(secs => %s)
        ORDER BY timestamp LIMIT %s)""",
    """DELETE FROM django_admin_log WHERE id IN (
        SELECT id FROM django_admin_log WHERE action_time < naryad_now() - make_interval(secs => %s)
        ORDER BY id LIMIT %s)""",
)


def tell(row: Model, **changes: tuple[Any, Any]) -> None:
    """Tell of a change that is written by a conditional UPDATE, which sends no signal: field=(before, after).

    Wants the transaction of the change, so that neither is there without the other.
    """
    changed.send(type(row), row=row, changes=changes)


def prune(limit: int) -> int:
    """Forget at most `limit` lines of the trail, and as many of the admin's own, whose `TRAIL_RETENTION_DAYS` are over;
    returns how many. For the ticker. The database lets no line go that is younger than a day (`trail_guard`)."""
    if settings.TRAIL_RETENTION_DAYS <= 0:
        return 0
    gone = 0
    with connection.cursor() as cursor:
        for statement in _PRUNE:
            cursor.execute(statement, [max(settings.TRAIL_RETENTION_DAYS, 1) * 86400, limit])
            gone += cursor.rowcount
    return gone
