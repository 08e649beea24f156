"""`manage.py telegram_polling`: the process that listens to Telegram. One per installation."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient
from tickets.telegram.polling import Poller


class Command(BaseCommand):
    help = "Receives what people write to the Telegram bot and handles it. Runs until SIGTERM."
    requires_system_checks = []  # `migrate` has run them; here they would load every page of the web process

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="stand by while another poller of this database runs")

    def handle(self, *args: Any, **options: Any) -> None:
        scope, stop = CallScope(), threading.Event()

        def end() -> None:
            stop.set()
            scope.cancel.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            # Not in the handler itself: it interrupts the very thread that may hold the locks of both.
            signal.signal(number, lambda *_received: threading.Thread(target=end).start())
        try:
            Poller(client=TelegramClient.connect(scope), stop=stop, wait=options["wait"]).run()
        except DomainError as error:
            raise CommandError(str(error.message)) from error
