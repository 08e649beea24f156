"""`manage.py rotate_credentials`: re-encrypt every secret with the first key of `CREDENTIAL_KEYS`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from integrations import credentials
from integrations.errors import CredentialError


class Command(BaseCommand):
    help = "Re-encrypts stored credentials with the newest key; work goes on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated = 0
        try:
            while batch := credentials.rotate():
                rotated += batch
        except CredentialError as error:
            raise CommandError(f"{error.message} ({error.details})") from error
        self.stdout.write(_("Перешифровано: %(count)s") % {"count": rotated})
