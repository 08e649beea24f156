"""`manage.py beat`: the process that sends periodic tasks by their names. One per installation.

`celery beat` does the same, but its command line brings an interactive prompt: eight megabytes.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.celery import app


class Command(BaseCommand):
    help = "Sends what is due of the periodic tasks. Runs until SIGTERM."
    requires_system_checks = []  # `migrate` has run them; here they would load every page of the web process

    def handle(self, *args: Any, **options: Any) -> None:
        app.Beat(quiet=True).run()
