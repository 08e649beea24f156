"""What a process loads that only works: a page or a vendor's library costs memory in every one of them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["CELERY_SKIP_CHECKS"] = "1"  # as `celery --skip-checks` does
import django
django.setup()
from config.celery import app
app.loader.import_default_modules()
from workflows import catalogue
catalogue.all_types()
print(*sys.modules)
"""
PAGES = {"config.urls", "accounts.admin", "workflows.admin", "executions.admin", "integrations.admin", "executions.api"}
LOADED_WHEN_USED = {"telegram", "google", "openpyxl", "sentry_sdk", "django.test"}


@pytest.fixture(scope="module")
def modules() -> set[str]:
    environment = {**os.environ, "NARYAD_PROCESS": "worker-cpu"}
    command = [sys.executable, "-c", WORKER]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    return set(done.stdout.split())


def test_a_worker_loads_its_tasks_and_the_whole_catalogue(modules: set[str]) -> None:
    assert modules >= {"executions.tasks", "integrations.tasks", "workflows.nodes.http_request"}


def test_a_worker_loads_no_pages(modules: set[str]) -> None:
    assert not modules & PAGES


def test_a_worker_loads_vendors_when_a_node_uses_them(modules: set[str]) -> None:
    assert not modules & LOADED_WHEN_USED
