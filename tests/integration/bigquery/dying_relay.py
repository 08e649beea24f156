"""A worker that delivers messages and is killed between a load and its record, once for each load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from tests.fakes.local_bigquery import LocalBigQuery

# A load that has killed somebody stands in the file, so that whoever comes next brings it to its end.
RELAY = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
from accounts import clock, failpoints
from integrations import relay
from integrations.models import WarehouseLoad
ahead, known = float(sys.argv[1]), Path(sys.argv[2])
settings.TESTING = True
clock.shift(connection, ahead)
def die(place):
    if place == "bigquery.loaded":
        begun = {str(load.pk) for load in WarehouseLoad.objects.filter(loaded_at=None)}
        if begun - set(known.read_text().split()):
            known.write_text(" ".join(begun))
            os.kill(os.getpid(), signal.SIGKILL)
with failpoints.watched(die):
    while relay.deliver_due(queue="system", limit=100):
        pass
"""


def run_until_loaded(settings: Any, emulator: LocalBigQuery, *, known: Path, ahead: float = 0.0) -> int:
    """The exit status of the worker: -SIGKILL when it has made a load, 0 when there was none left to make.

    `known` is the file in which loads that have killed a worker are written down; the worker's clock is `ahead` by so
    many seconds.
    """
    known.touch()
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": database.geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "GCP_PROJECT_ID": settings.GCP_PROJECT_ID,
        "BIGQUERY_DATASET": settings.BIGQUERY_DATASET,
        "BIGQUERY_BATCH_SECONDS": "0",
        "BIGQUERY_EMULATOR_HOST": emulator.url,
    }
    command = [sys.executable, "-c", RELAY, str(ahead), str(known)]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode
