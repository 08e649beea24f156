"""The vigil of one subject, held against the clock that may be firing it at this moment."""

from __future__ import annotations

from typing import Any

from executions.models import Listener, Vigil


def kept(listener: Listener, subject: str, begun: dict[str, Any]) -> tuple[Vigil, bool]:
    """The listener's vigil of this subject, locked, and whether it is new; a new one is as `begun` says.

    One that was fired while it was waited for is over, and a new one begins: what is counted now must not be lost with
    it. Needs the caller's transaction.
    """
    while True:
        made, fresh = Vigil.objects.get_or_create(listener=listener, subject=subject, defaults=begun)
        if fresh:
            return made, True
        held = Vigil.objects.select_for_update(no_key=True).filter(pk=made.pk).first()
        if held is not None:
            return held, False
