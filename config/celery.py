"""The Celery application: a carrier of doorbells, nothing more."""

import gc
import os
from contextlib import suppress
from typing import Any

from billiard.util import get_pdeathsig  # type: ignore[attr-defined]
from celery import Celery
from celery.signals import setup_logging, task_postrun, worker_before_create_process
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# `migrate` has run Django's checks; here they would load every page of the web process. There is no setting for it.
os.environ["CELERY_SKIP_CHECKS"] = "true"

app = Celery("naryad")
app.config_from_object("django.conf:settings", namespace="CELERY")
if settings.PROCESS != "beat":
    # Beat sends tasks by their names; those that run them load the engine behind them, which is twenty megabytes.
    app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**kwargs: Any) -> None:
    """Celery leaves logging alone when somebody listens here: it is set up by the settings (`config.logs`)."""


@task_postrun.connect
def give_connections_back(**kwargs: Any) -> None:
    """A thread that waits for its next bell must not keep a connection of the pool that its neighbours need."""
    close_old_connections()


@worker_before_create_process.connect
def share_memory(**kwargs: Any) -> None:
    """What the parent has loaded stays shared with a forked child as long as its garbage collector leaves it alone.

    A child asks the kernel to end it with its parent, by a C declaration whose parser is three megabytes: it is loaded
    here, by asking what the parent itself has asked for.
    """
    with suppress(OSError):  # a kernel that knows no such thing
        get_pdeathsig()
    gc.collect()
    gc.freeze()
