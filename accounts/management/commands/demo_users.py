"""`manage.py demo_users`: one person per role for a development installation, with passwords of its own."""

from __future__ import annotations

import json
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import change_user, create_user

ROLES = {"admin": ["admin"], "editor": ["editor"], "operator": ["operator"], "viewer": ["viewer"], "executor": []}
"""Roles by login; the executor takes tickets, for which no role is needed."""


class Command(BaseCommand):
    help = "Creates the people of the demo; their random passwords stand in a file that only this account can read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=Path(settings.VAR_DIR) / "demo-credentials.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """People who exist keep their passwords while the file does; without it they get new ones."""
        if settings.PRODUCTION:
            raise CommandError("production has no default accounts: manage.py createsuperuser")
        file: Path = options["file"]
        known = json.loads(file.read_text()) if file.exists() else {}
        people = {login: known.get(login) or _person(login) for login in ROLES}
        existing = {user.username: user for user in User.objects.filter(username__in=ROLES)}
        for login, roles in ROLES.items():
            password = people[login]["password"]
            if login not in existing:
                # The editor and the view of runs stand in the admin, which shows everybody what their role allows.
                staff, manages = bool(roles), login == "admin"
                create_user(username=login, password=password, roles=roles, is_staff=staff, is_superuser=manages)
            elif login not in known:
                change_user(user=existing[login], password=password)
        if people != known:
            _write(file, json.dumps(people, indent=2))


def _person(login: str) -> dict[str, str]:
    return {"username": login, "password": secrets.token_urlsafe(12)}


def _write(file: Path, text: str) -> None:
    """A file for this account alone, which appears whole."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
        target.write(text)
    fresh.replace(file)
