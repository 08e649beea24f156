"""A real worker's loop in a thread of this process, on the real broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery
from celery.contrib.testing.worker import TestWorkController
from django.conf import settings

from config import celery


@contextmanager
def default_app() -> Iterator[Celery]:
    """An app for a worker in this process: its threads look their tasks up in the default one."""
    app = Celery("small", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    app.set_default()
    app.conf.update(broker_transport="config.broken_bells:Transport", worker_hijack_root_logger=False)
    app.conf.update(broker_channel_error_retry=settings.CELERY_BROKER_CHANNEL_ERROR_RETRY)
    app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, worker_redirect_stdouts=False)
    try:
        yield app
    finally:
        celery.app.set_default()


@contextmanager
def working(app: Celery, queue: str) -> Iterator[None]:
    """A worker as `manage.py worker` starts it takes from `queue` meanwhile, and ends afterwards."""
    worker = TestWorkController(
        app=app,
        hostname="small@test",
        pool="threads",
        concurrency=2,
        queues=[queue],
        consumer_cls="config.broken_bells:Consumer",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        logfile=None,
        loglevel="ERROR",
    )
    thread = threading.Thread(target=worker.start, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(120)
    assert not thread.is_alive(), "the worker does not end"
