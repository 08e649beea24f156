"""`manage.py node_docs`: docs/nodes.md, written from the catalogue. `--check` only compares."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflows.node_docs import page


class Command(BaseCommand):
    help = "Writes docs/nodes.md from the node types."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is in step")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.BASE_DIR / "docs" / "nodes.md"
        written = page()
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != written:
                raise CommandError("docs/nodes.md is out of step with the node types: make docs")
            return
        path.write_text(written, encoding="utf-8")
        self.stdout.write(str(path))
