"""`manage.py wb_sandbox`: a Wildberries API of ours on a socket, with data that look real. Needs no database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from integrations.wildberries.sandbox import command_line


class Command(BaseCommand):
    help = command_line.HELP
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        command_line.add_arguments(parser, Path(settings.VAR_DIR) / "log" / "wb-sandbox.requests.ndjson")

    def handle(self, *args: Any, **options: Any) -> None:
        command_line.serve(options, self._announce)

    def _announce(self, url: str) -> None:
        self.stdout.write(_("Песочница Wildberries: %(url)s") % {"url": url})
        self.stdout.flush()
