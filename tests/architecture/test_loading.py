"""What a process loads stays in its memory, so each loads what it runs and nothing of what the others show.

Every program below does what `manage.py NAME` does before its work begins.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

PAGES = {
    "config.urls",
    "config.asgi",
    "uvicorn",
    "rest_framework.serializers",
    "drf_spectacular.openapi",
    "executions.admin",
}
"""Of the web process alone."""
ENGINE = {"executions.services", "workflows.catalogue", "pydantic", "requests"}
PROMPT = {"celery.bin.celery", "prompt_toolkit"}
"""The command line of Celery, which is not needed to run what stands behind it."""

PROGRAM = """
import json, sys
import django
from django.core.management import get_commands, load_command_class
django.setup()
name = sys.argv[1]
command = load_command_class(get_commands()[name], name)
if command.requires_system_checks:
    command.check()
if name in ("worker", "beat"):
    from config.celery import app
    app.loader.init_worker()
if name == "worker":
    from workflows import catalogue
    catalogue.all_types()
print(json.dumps(list(sys.modules)))
"""


@pytest.mark.parametrize(
    ("name", "needless"),
    [
        ("worker", PAGES | PROMPT),
        ("ticker", PAGES | PROMPT | {"requests"}),
        ("beat", PAGES | PROMPT | ENGINE),
        ("telegram_polling", PAGES | PROMPT),
    ],
)
def test_a_process_does_not_load_what_only_others_need(name: str, needless: set[str]) -> None:
    """A process stays small because pages, engine and vendor libraries are loaded where they are used."""
    process = "bot" if name == "telegram_polling" else name
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name],
        cwd=ROOT,
        env={**os.environ, "NARYAD_PROCESS": process, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not needless & set(json.loads(done.stdout.splitlines()[-1]))
