"""`manage.py demo_desk`: the demo's people, and a desk to try at once with the people of the Telegram emulator."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import default_project
from tickets.models import CategoryExecutor, TicketCategory

CHATS = {"viewer": 101, "executor": 102, "operator": 103}
"""Who plays the emulator's author and its two executors, by login."""
NAMES = {"viewer": "Анна", "executor": "Иван", "operator": "Мария"}
"""How they are called in their chats, where nobody has called them otherwise."""
EXECUTORS = ("executor", "operator")


class Command(BaseCommand):
    help = "Creates the people of the demo, linked to those of the Telegram emulator, and a category that they serve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=Path(settings.VAR_DIR) / "demo-credentials.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """What somebody has set otherwise stays as it is."""
        call_command("demo_users", file=options["file"])
        with transaction.atomic():
            _link()
            _name()
            if not TicketCategory.objects.exists():
                _open_desk()


def _link() -> None:
    taken = set(User.objects.filter(telegram_id__in=CHATS.values()).values_list("telegram_id", flat=True))
    for login, chat in CHATS.items():
        if chat not in taken:
            User.objects.filter(username=login, telegram_id=None).update(telegram_id=chat)


def _name() -> None:
    for login, name in NAMES.items():
        User.objects.filter(username=login, name="").update(name=name)


def _open_desk() -> None:
    category = TicketCategory.objects.create(project=default_project(), name=_("Ремонт"))
    for user in User.objects.filter(username__in=EXECUTORS):
        CategoryExecutor.objects.create(user=user, ticket_category=category, is_active=True)
