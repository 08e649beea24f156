"""`manage.py setup`: what a new installation needs once; asked again, it changes nothing that is there."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from uuid_utils.compat import uuid7

from accounts.errors import DomainError
from accounts.models import User
from accounts.services import create_user, default_project
from integrations.mail import delivery
from integrations.mail.delivery import Stamp
from integrations.mail.letters import Letter
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient


class Command(BaseCommand):
    help = "Applies migrations, makes the first admin, and tries out Telegram and mail. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin", help="login of the first admin")
        parser.add_argument("--password-file", type=Path, help="a file with the password; else it is asked for")
        parser.add_argument("--mail-to", default="", help="send a test letter to this address")
        parser.add_argument("--chat", type=int, help="send a test message to this Telegram chat, that of alerts")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` with what to do; what was done before it stays."""
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("✓ migrations")
        self._first_admin(options["username"], options["password_file"])
        try:
            self._telegram(options["chat"])
            self._mail(options["mail_to"])
        except DomainError as error:
            raise CommandError(f"{error.message} {error.details.get('detail', '')}".strip()) from error

    def _first_admin(self, username: str, file: Path | None) -> None:
        there = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if there is not None:
            self.stdout.write(f"✓ an admin is there: {there.username}")
            return
        password = file.read_text().strip() if file else self._asked_password()
        try:
            validate_password(password, User(username=username))
        except ValidationError as faults:
            raise CommandError("the password is too weak: " + " ".join(faults.messages)) from faults
        try:
            create_user(username=username, password=password, roles=["admin"], is_staff=True, is_superuser=True)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"✓ first admin: {username}")

    def _asked_password(self) -> str:
        first = getpass.getpass("Password of the first admin: ")
        if getpass.getpass("Once more: ") != first:
            raise CommandError("the passwords differ; nothing was made")
        return first

    def _telegram(self, chat: int | None) -> None:
        if not settings.TELEGRAM_BOT_TOKEN:
            self.stdout.write("- no TELEGRAM_BOT_TOKEN: the desk works without a bot")
            return
        client = TelegramClient.connect(CallScope())
        self.stdout.write(f"✓ bot: {client.name()}")
        if settings.TELEGRAM_MODE == "webhook":
            call_command("telegram_webhook", stdout=self.stdout)
        if chat is not None:
            client.send_message(chat_id=chat, text="Naryad")
            self.stdout.write(f"✓ message sent to {chat}")

    def _mail(self, address: str) -> None:
        if not address:
            return
        letter = Letter(to=[address], subject="Naryad", text=f"{settings.PUBLIC_URL}")
        delivery.send_now(letter, Stamp(key=f"setup:{uuid7()}", project_id=default_project().pk))
        self.stdout.write(f"✓ letter sent to {address}")
