"""`manage.py link_report PATH|--all`: what is wrong with the links of workflows, in a folder or stored here."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from integrations import safe_json
from workflows.models import Workflow
from workflows.services.link_report import as_rows, report_on_files, report_on_workflows
from workflows.services.report_text import as_html, as_markdown


class Command(BaseCommand):
    help = "Reports on the links of workflows: exports of n8n in a file or folder, or everything stored here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="an export, an archive or a folder with them")
        parser.add_argument("--all", action="store_true", help="the newest versions of all workflows stored here")
        parser.add_argument(
            "--lang", default=settings.LANGUAGE_CODE, choices=[code for code, _name in settings.LANGUAGES]
        )
        parser.add_argument("--format", default="md", choices=["md", "json", "html"])

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["path"] is None) != options["all"]:
            raise CommandError("Name a file or folder, or say --all")
        with override(options["lang"]):
            if options["all"]:
                entries = list(report_on_workflows(Workflow.objects.alive().order_by("code")))
            else:
                entries = [entry for file in files_of(options["path"]) for entry in report_on_files([file])]
            if options["format"] == "json":
                text = safe_json.dumps(as_rows(entries))
            else:
                now = timezone.now()
                text = as_html(entries, now=now) if options["format"] == "html" else as_markdown(entries, now=now)
        self.stdout.write(text)


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, or all files of a folder that may be exports, by name. Raises `CommandError`."""
    try:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.suffix.lower() in (".json", ".txt", ".zip") and found.is_file():
                    yield str(found.relative_to(path)), found.read_bytes()
        else:
            yield path.name, path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
