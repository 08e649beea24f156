"""`trigger-certificate`: how long the certificate of a server still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from accounts import clock
from executions.models import Listener
from executions.services.probing.scopes import scope_of
from executions.services.reacting import occur
from integrations import events
from integrations.certificates import Certificate, read_certificate

EXPIRING: Final = "ssl.expiring"
RENEWED: Final = "ssl.renewed"


def see(listener: Listener, state: dict[str, Any]) -> Certificate:
    """The certificate that the server shows."""
    return read_certificate(scope_of(listener), listener.config["host"], int(listener.config["port"]))


def tell(listener: Listener, state: dict[str, Any], seen: Certificate) -> dict[str, Any]:
    """Each threshold is told once per certificate, and of several that have passed at once only the nearest.

    A certificate that comes in the place of one of which was warned is told of as well, if it holds for long.
    """
    same = state.get("fingerprint") == seen.fingerprint
    told = state.get("told") if same else None
    left = seen.expires_at - clock.read()
    passed = [days for days in listener.config["days"] if left <= timedelta(days=days)]
    nearest = min(passed, default=None)
    if nearest is not None and (told is None or nearest < told):
        occur(
            listener,
            name=EXPIRING,
            subject=listener.config["host"][:200],
            payload={**_said(listener, seen), "days": nearest, "daysLeft": left.days},
            dedupe_key=f"{seen.fingerprint}:{nearest}",
            source="certificate",
        )
        told = nearest
    if nearest is None and not same and state.get("told") is not None:
        events.emit(
            project_id=listener.project_id,
            name=RENEWED,
            subject=listener.config["host"][:200],
            payload=_said(listener, seen),
            source="certificate",
        )
    return {"fingerprint": seen.fingerprint, "told": told}


def _said(listener: Listener, seen: Certificate) -> dict[str, Any]:
    return {
        "host": listener.config["host"],
        "port": listener.config["port"],
        "expiresAt": seen.expires_at.isoformat(),
        "fingerprint": seen.fingerprint,
    }
