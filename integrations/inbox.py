"""What came in from outside, each delivery once: the row and what it causes are one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from accounts import failpoints
from accounts.clock import Now
from accounts.statements import hot_cursor
from integrations.models import InboundMessage

KEEP: Final = timedelta(days=30)
"""How long a delivery is recognised as a repeat; senders give up long before."""
# One statement where the ORM has four: this is on the way of every press that somebody waits for.
TAKE_IN: Final = """
INSERT INTO integrations_inboundmessage (source, external_id, received_at) VALUES (%s, %s, naryad_clock())
ON CONFLICT (source, external_id) DO NOTHING
"""


def take_in(*, source: str, external_id: str) -> bool:
    """Note the delivery in the caller's transaction; False when it was taken in before, and nothing may happen again.

    While another transaction takes in the same one, this waits for its end.
    """
    with hot_cursor() as cursor:
        cursor.execute(TAKE_IN, [source, external_id])
        fresh = cursor.rowcount == 1
    failpoints.reach("inbound.after_insert")
    return fresh


def prune(limit: int) -> int:
    """Forget at most `limit` deliveries whose time is over; returns how many. For the ticker."""
    old = InboundMessage.objects.filter(received_at__lt=Now() - KEEP)
    deleted, _rows = InboundMessage.objects.filter(id__in=old.values("id")[:limit]).delete()
    return deleted
