"""Time passes until the triggers that look from time to time have looked."""

from __future__ import annotations

from django.db import connection

from accounts import clock
from executions.models import Vigil
from executions.services import reacting
from executions.services.probing.looking import LOOKS
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver

STEP_SECONDS = 24 * 3600


def pass_time(seconds: float) -> None:
    """Move the clock so far beyond the real one, and let whatever is due happen."""
    clock.shift(connection, seconds)
    reacting.fire_due()
    deliver()
    driving.drain()


def look(times: int = 1, *, work: bool = True) -> None:
    """Let every trigger look so often, now; without `work` the runs that begin are left as they are."""
    for _time in range(times):
        Vigil.objects.filter(listener__kind__in=LOOKS).update(due_at=clock.read())
        reacting.fire_due()
        deliver()
        if work:
            driving.drain()
