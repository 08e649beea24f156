"""A day of silence that outlives the process which looks after it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from accounts import clock
from executions.models import Vigil
from integrations.models import Event
from tests.integration.reacting.scenes import happen, listening, runs_of
from tests.integration.realtime.live_server import START_SECONDS, until

DAY = 24 * 3600
SILENCE = {"after": "message.sent", "unless": "message.received", "seconds": DAY}
MOMENT = {"after": "order.placed", "unless": "order.paid", "seconds": 0.1, "emits": "order.unpaid"}
TICK = ["shell", "--no-imports", "-c", "from executions import ticker; ticker.tick()"]


def process(*command: str, clock_shift: float) -> subprocess.Popen[bytes]:
    """`manage.py COMMAND` over the test database, whose clock is moved for it."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    here = {"DATABASE_URL": database.geturl(), "REDIS_URL": settings.REDIS_URL, "NARYAD_ENV_FILE": os.devnull}
    moved = {"PGOPTIONS": f"-c naryad.clock_shift={clock_shift}", "PGAPPNAME": ""}
    return subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=os.environ | here | moved
    )


def seconds_until(due: datetime) -> float:
    """By the clock of the database as it stands: whatever the test has taken so far is no part of it."""
    return (due - clock.read()).total_seconds()


@pytest.mark.long
@pytest.mark.parametrize(("replies", "times"), [(True, 0), (False, 1)], ids=["a reply at 23:59", "no reply"])
def test_a_day_of_silence_with_a_restart_in_between(anna: Any, replies: bool, times: int) -> None:
    """X-4, S2-6: the ticker is killed within the day; a reply at 23:59 means nothing, none means exactly one event."""
    flow = listening(anna, "trigger-absence", **SILENCE)
    happen("message.sent", subject="c-1")
    due = Vigil.objects.get(listener__workflow=flow).due_at
    assert due is not None
    soon = listening(anna, "trigger-absence", **MOMENT)
    happen("order.placed", subject="o-1")
    with process("ticker", clock_shift=0) as first:
        try:
            until(lambda: not Vigil.objects.filter(listener__workflow=soon).exists())
        finally:
            first.kill()
    if replies:
        clock.shift(connection, seconds_until(due) - 60)
        happen("message.received", subject="c-1")
        clock.shift(connection, 0)
    for shift in (seconds_until(due) - START_SECONDS, DAY + 60, DAY + 120):
        assert process(*TICK, clock_shift=shift).wait(START_SECONDS) == 0
        assert len(runs_of(flow)) == (times if shift > DAY else 0)
    assert Event.objects.filter(name="client.no_reply").count() == times
    assert not Vigil.objects.exists()
