"""What the bells of this floor start. The queue's name is all that a message carries."""

from __future__ import annotations

import time
from typing import Final

from celery import shared_task
from django.db import close_old_connections

from integrations import outbox, relay

SLICE_SECONDS: Final = 10.0
"""How long one bell may keep a worker."""
BATCH: Final = 20


@shared_task(name="integrations.relay")
def relay_due(queue: str) -> None:
    """Deliver what is due in `queue`; when the slice is over and more is left, ring again and let others work."""
    close_old_connections()
    end = time.monotonic() + SLICE_SECONDS
    while relay.deliver_due(limit=BATCH, queue=queue) == BATCH:
        if time.monotonic() > end:
            outbox.ring(queue)
            return
