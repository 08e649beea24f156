"""`manage.py telegram_polling`: the process that listens to Telegram, to each bot in a thread. One per installation."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from integrations.scope import CallScope
from integrations.telegram.bots import Bot, configured
from integrations.telegram.client import TelegramClient
from tickets.telegram.polling import Poller

log = structlog.get_logger(__name__)


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

        def poller(bot: Bot) -> Poller:
            client = TelegramClient.speaking_as(bot, scope)
            return Poller(client=client, stop=stop, wait=options["wait"], bot=bot)

        first, *further = configured() or [Bot.DESK]
        others = [threading.Thread(target=_run_beside, args=[partial(poller, bot)]) for bot in further]
        try:
            for thread in others:
                thread.start()
            try:
                poller(first).run()
            finally:
                end()
                for thread in others:
                    thread.join()
        except DomainError as error:
            raise CommandError(str(error.message)) from error


def _run_beside(make: Callable[[], Poller]) -> None:
    """What ends the bot for clients ends not that of the desk. A poller lives in the thread that has made it."""
    try:
        make().run()
    except DomainError as error:
        log.warning("telegram_polling_ended", error=error.code)
