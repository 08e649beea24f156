"""Worker processes that end: what is left of them among the workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from executions.models import Worker
from tests.integration.realtime.live_server import PATIENCE_SECONDS, database_url, until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def worker(pool: str) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py worker` over the test database, once all its processes are seen."""
    command = [sys.executable, "manage.py", "worker", "-n", "listed@%h", "-P", pool, "-c", "2", "-Q", "cpu"]
    here = {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "NARYAD_PROCESS": "worker-cpu"}
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | here)
    try:
        until(lambda: process.poll() is not None or Worker.objects.count() == (2 if pool == "prefork" else 1))
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_worker_that_ends_as_asked_is_forgotten_at_once(pool: str) -> None:
    with worker(pool) as process:
        process.send_signal(signal.SIGTERM)
        until(lambda: process.poll() is not None)
        assert not Worker.objects.exists()


def test_a_worker_that_is_killed_stays_to_be_seen() -> None:
    with worker("threads") as process:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        assert Worker.objects.count() == 1
