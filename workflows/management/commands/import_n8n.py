"""`manage.py import_n8n PATH`: bring exports of n8n in as drafts, or see what would become of them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from integrations import safe_json
from workflows.management.commands.link_report import files_of
from workflows.services.import_text import as_rows
from workflows.services.importing import Outcome, import_files, look_at_files


class Command(BaseCommand):
    help = "Brings exports of n8n in as drafts; --report json only tells what would become of every node."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="an export, an archive or a folder with them")
        parser.add_argument(
            "--report", choices=["json"], help="tell per node its type here or the reasons; save nothing"
        )
        parser.add_argument("--user", help="the login of the person whose workflows they become")

    def handle(self, *args: Any, **options: Any) -> None:
        files = files_of(options["path"])  # one by one: how much goes into one upload is no matter of a folder
        if options["report"] == "json":
            seen = [outcome for file in files for outcome in look_at_files(files=[file])]
            self.stdout.write(safe_json.dumps(as_rows(seen)))
            return
        if not options["user"]:
            raise CommandError("Say whose workflows they become: --user LOGIN")
        user = get_user_model().objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}")
        outcomes = []
        for file in files:
            for outcome in import_files(user=user, files=[file]):
                self.stdout.write(_line(outcome))
                outcomes.append(outcome)
        whole = sum(outcome.converted for outcome in outcomes)
        nodes = [node for outcome in outcomes for node in outcome.nodes]
        runnable = sum(node["type"] != "unsupported" and not node["reasons"] for node in nodes)
        self.stdout.write(f"{whole} of {len(outcomes)} workflows converted in whole, {runnable} of {len(nodes)} nodes")
        if any(outcome.error for outcome in outcomes):
            raise CommandError("Some files were not brought in")


def _line(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"{outcome.file}: {outcome.error}"
    lost = sum(node["type"] == "unsupported" or bool(node["reasons"]) for node in outcome.nodes)
    code = "" if outcome.workflow is None else outcome.workflow.code
    return f"{outcome.file}: {code} {outcome.name}, {len(outcome.nodes)} nodes, {lost} of them not converted"
