"""What a process loads stays in its memory, so each loads what it runs and nothing of what the others show.

Every program below does what `manage.py NAME` does before its work begins.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

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
CONVERTERS = {f"workflows.importers.n8n.{package}" for package in ("nodes", "vendors", "ai")}
"""Of whom a document of n8n is brought to, and nobody else."""

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
from django_celery_beat.models import CrontabSchedule
zones = CrontabSchedule._meta.get_field("timezone").default_tzs
print(json.dumps({"modules": list(sys.modules), "zones": len(zones)}))
"""
SUPERVISOR = """
import json, sys
import devtools.commands, devtools.serving
print(json.dumps(list(sys.modules)))
"""


@pytest.mark.parametrize(
    ("name", "needless"),
    [
        ("worker", PAGES | PROMPT | CONVERTERS),
        ("ticker", PAGES | PROMPT | CONVERTERS | {"requests"}),
        ("beat", PAGES | PROMPT | CONVERTERS | ENGINE),
        ("telegram_polling", PAGES | PROMPT | CONVERTERS),
    ],
)
def test_a_process_does_not_load_what_only_others_need(name: str, needless: set[str]) -> None:
    """A process stays small because pages, engine and vendor libraries are loaded where they are used."""
    process = "bot" if name == "telegram_polling" else name
    found = _said(PROGRAM, name, NARYAD_PROCESS=process)
    assert not needless & set(found["modules"])
    assert found["zones"] == 1, "the time zones that a form offers are two megabytes"


def test_the_supervisor_loads_nothing_of_what_it_runs() -> None:
    """It watches for as long as the installation runs, so Django and its event loop stay with those who need them."""
    assert not {"django.conf", "django.core.checks", "asyncio", "asgiref"} & set(_said(SUPERVISOR))


def _said(program: str, *words: str, **variables: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env={**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])
