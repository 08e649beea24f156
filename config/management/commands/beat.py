"""`manage.py beat`: the process that sends periodic tasks by their names. One per installation.

`celery beat` does the same, but its command line brings an interactive prompt: eight megabytes.
"""

from __future__ import annotations

import signal
from typing import Any, NoReturn

from celery.apps.beat import Beat
from celery.beat import Service
from django.core.management.base import BaseCommand

from config.celery import app


class Command(BaseCommand):
    help = "Sends what is due of the periodic tasks. Runs until SIGTERM."
    requires_system_checks = []  # `migrate` has run them; here they would load every page of the web process

    def handle(self, *args: Any, **options: Any) -> None:
        _Beat(app=app, quiet=True).run()


class _Beat(Beat):
    """Celery's, which loses a signal that comes while it is sending: the exception ends where errors of tasks end."""

    def install_sync_handler(self, service: Service) -> None:
        def stop(_number: int, _frame: Any) -> NoReturn:
            service.stop()
            raise SystemExit

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
