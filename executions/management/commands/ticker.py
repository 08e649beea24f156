"""`manage.py ticker`: the process that moves time. Any number of them may run."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from executions import ticker
from integrations import alerting


class Command(BaseCommand):
    help = "Wakes what is due, rescues what dead workers held, rings again, watches deadlines. Runs until SIGTERM."
    requires_system_checks = []  # `migrate` has run them; here they would load every page of the web process

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        # Alerts are told by calls, which the rules must not wait for.
        watch = threading.Thread(target=alerting.watch, args=(stop,), name="alerts")
        watch.start()
        ticker.run(stop)
        watch.join()
