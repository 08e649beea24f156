"""The thread that looks after alerts: in the ticker's process, beside its rules, since it makes calls."""

from __future__ import annotations

import threading
from typing import Final

import structlog
from django.db import close_old_connections, connection

from integrations.alerting.ending import end_quiet
from integrations.alerting.gathering import gather
from integrations.alerting.telling import tell_due

EVERY_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


def look() -> int:
    """Once everything that is to be done about alerts; returns how much that was."""
    return gather() + end_quiet() + tell_due()


def watch(stop: threading.Event) -> None:
    """Look again and again until `stop` is set. What fails is tried again at the next look."""
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            look()
        except Exception:  # nothing may end the watch
            log.exception("alerts could not be looked after")
            connection.close()
    connection.close()
