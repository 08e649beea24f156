"""`manage.py rotate_credentials`: re-encrypt every secret with the first key of `CREDENTIAL_KEYS`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from integrations import credentials
from integrations.errors import CredentialError


class Command(BaseCommand):
    help = "Re-encrypts stored credentials with the newest key; work goes on meanwhile, and it may be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=100, help="Rows between two lines of progress")
        parser.add_argument("--dry-run", action="store_true", help="Only count what would be re-encrypted")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            total = credentials.outdated().count()
            if options["dry_run"]:
                self.stdout.write(_("Будет перешифровано: %(count)s") % {"count": total})
                return
            unreadable = self._rotate(total, options["batch"])
        except CredentialError as error:
            raise CommandError(f"{error.message} ({error.details})") from error
        if unreadable:
            names = ", ".join(map(str, unreadable))
            raise CommandError(
                _("Не расшифровываются, верните их ключ в CREDENTIAL_KEYS: %(names)s") % {"names": names}
            )

    def _rotate(self, total: int, batch: int) -> list[UUID]:
        """All batches; gives the rows that do not open."""
        done = 0
        unreadable: list[UUID] = []
        rotated = credentials.rotate(batch)
        while rotated.last is not None:
            done += rotated.count
            unreadable += rotated.unreadable
            self.stdout.write(_("Перешифровано: %(count)s из %(total)s") % {"count": done, "total": total})
            rotated = credentials.rotate(batch, after=rotated.last)
        if not total:
            self.stdout.write(_("Перешифровано: %(count)s из %(total)s") % {"count": 0, "total": 0})
        return unreadable
