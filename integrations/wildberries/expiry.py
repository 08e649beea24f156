"""Telling people in time that the token of the installation ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.conf import settings

from integrations import events
from integrations.wildberries import tokens
from integrations.wildberries.batches import moscow_day
from integrations.wildberries.tokens import WARNING_DAYS

EXPIRES: Final = "wildberries.token_expires"
"""The event that warns, once a day: `{daysLeft, expiresAt}`; its subject is the seller."""


def days_left() -> int | None:
    """Full days until `WB_API_KEY` expires, negative when it has; None when there is none or it does not say."""
    return tokens.read(tokens.bare(settings.WB_API_KEY)).days_left(moscow_day(datetime.now(UTC)))


def warn(*, project_id: int) -> int:
    """Emit `EXPIRES` when the token ends soon or has ended; gives how many events that were."""
    left = days_left()
    if left is None or left > WARNING_DAYS:
        return 0
    info = tokens.read(tokens.bare(settings.WB_API_KEY))
    _event, fresh = events.emit(
        project_id=project_id,
        name=EXPIRES,
        subject=info.seller,
        payload={"daysLeft": left, "expiresAt": info.expires_at.isoformat() if info.expires_at else None},
        dedupe_key=f"{info.seller}:{moscow_day(datetime.now(UTC))}",
        source="wildberries",
    )
    return int(fresh)
