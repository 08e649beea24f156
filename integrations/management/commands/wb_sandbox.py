"""`manage.py wb_sandbox`: a Wildberries API of ours on a socket, with data that look real. Needs no database."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from integrations.wildberries.sandbox.server import Sandbox


class Command(BaseCommand):
    help = "Serves the Wildberries methods in use with seeded data, their errors and their rate limit headers."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=3010, help="0 takes a free one")
        parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer")
        parser.add_argument("--limits", action="store_true", help="answer 429 as the published limits say")
        parser.add_argument("--seed", type=int, default=1, help="decides all data")
        parser.add_argument("--campaigns", type=int, default=12, help="how many campaigns are active")
        parser.add_argument(
            "--log", type=Path, default=Path(settings.VAR_DIR) / "log" / "wb-sandbox.requests.ndjson", metavar="PATH"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox(
            host=options["host"],
            port=options["port"],
            seed=options["seed"],
            active=options["campaigns"],
            delay=options["delay"],
            limits=options["limits"],
            log=options["log"],
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            # `stop` waits for the loop that this very thread runs, so another thread has to call it.
            signal.signal(number, lambda *_received: threading.Thread(target=sandbox.stop).start())
        self.stdout.write(_("Песочница Wildberries: %(url)s") % {"url": sandbox.url})
        self.stdout.flush()
        sandbox.serve()
