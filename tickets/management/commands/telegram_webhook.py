"""`manage.py telegram_webhook`: where Telegram brings what people write, or that it is fetched."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.errors import DomainError
from integrations.scope import CallScope
from integrations.telegram.bots import Bot, configured
from integrations.telegram.client import TelegramClient
from tickets.telegram import menu

SECRETS: Final = {Bot.DESK: "TELEGRAM_WEBHOOK_SECRET", Bot.CLIENTS: "TELEGRAM_CLIENT_WEBHOOK_SECRET"}
ROUTES: Final = {Bot.DESK: "telegram-webhook", Bot.CLIENTS: "telegram-clients-webhook"}


class Command(BaseCommand):
    help = "Has Telegram bring updates to PUBLIC_URL/telegram/webhook; with --delete they are fetched again by polling."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="no webhook any more; updates that wait are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` with what to do."""
        for bot in configured() or [Bot.DESK]:
            try:
                self._place(bot, delete=options["delete"])
            except DomainError as error:
                detail = error.details.get("detail", "")
                raise CommandError(f"{error.message} {detail}".strip()) from error

    def _place(self, bot: Bot, *, delete: bool) -> None:
        if not bot.secret and not delete:
            raise CommandError(f"{SECRETS[bot]} is empty: set it to 1-256 characters of A-Z a-z 0-9 _ -")
        client = TelegramClient.speaking_as(bot, CallScope())
        if delete:
            client.delete_webhook()
            self.stdout.write("no webhook")
            return
        url = f"{settings.PUBLIC_URL}{reverse(ROUTES[bot])}"
        client.set_webhook(url=url, secret=bot.secret)
        if bot is Bot.DESK:
            menu.publish(client)
        self.stdout.write(url)
