"""`dev.py screenshots`: the pages as they are now, in `docs/screenshots`, taken of an installation of its own."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from devtools import serving
from devtools.bootstrap import ROOT
from devtools.browser import find_browser, keep, log_in, opened_page
from devtools.demo import SEED_WORKFLOW
from devtools.environment import sandbox
from devtools.exhibits import Exhibits, furnish
from devtools.front_door import FrontDoor
from devtools.installation import Installation, Refused, free_port
from devtools.supervisor import Supervisor

TARGET = ROOT / "docs" / "screenshots"
WIDTH = 1440
RUN_MS = 90_000
SETTLED_MS = 700
DELAY_SECONDS = 0.2


def screenshots(arguments: Sequence[str]) -> int:
    """Start, draw, run, photograph, stop."""
    if arguments:
        raise Refused("screenshots takes no arguments")
    browser = find_browser()
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="naryad-") as folder:
        home = Installation(Path(folder) / "var")
        os.environ["PORT"] = str(free_port())
        plan = replace(sandbox(home), sandbox_delay=DELAY_SECONDS, emulator_port=free_port())
        with Supervisor(home) as supervisor:
            plan = serving.bring_up(supervisor, plan)
            if supervisor.stopping.is_set():
                return 130
            photograph(plan.url, json.loads(home.credentials.read_text()), browser)
    return 0


def photograph(url: str, people: dict[str, dict[str, str]], browser: str) -> None:
    """Every page of the installation at `url`, which has just come into being, as its admin sees it."""
    shown = furnish(url, people)
    door = FrontDoor(url)
    door.log_in(**people["admin"])
    workflow = door.post_file("/workflows", SEED_WORKFLOW)
    with opened_page(browser, width=WIDTH) as page:
        for name, path in {"login": "admin/login/", "desk-login": "login"}.items():
            page.goto(f"{url}/{path}")
            _keep(page, name)
        _show_form(page, url + shown.form)
        log_in(page, f"{url}/admin/login/?next=/admin/", people["admin"], button="[type=submit]")
        page.wait_for_url(f"{url}/admin/")
        _show_editor(page, f"{url}/admin/workflows/workflow/{workflow['id']}/editor/")
        _show_run(page, url)
        _show_new(page, url)
        for name, path in {**PAGES, **_single_pages(door, shown)}.items():
            page.goto(f"{url}/{path}")
            _keep(page, name)
        page.goto(f"{url}/admin/executions/execution/{_run_of_form(door)}/view/")
        page.wait_for_selector(".nyd-time-row")
        _keep(page, "run-ticket")


PAGES = {
    "dashboard": "admin/",
    "new-workflow": "admin/workflows/workflow/new/",
    "workflows": "admin/workflows/workflow/",
    "templates": "admin/templates/",
    "import": "admin/workflows/workflow/import/",
    "links": "admin/workflows/workflow/links/",
    "versions": "admin/workflows/workflowversion/",
    "runs": "admin/executions/execution/",
    "queues": "admin/queues/",
    "events": "admin/events/",
    "alerts": "admin/integrations/alert/",
    "board": "admin/board/",
    "tickets": "admin/tickets/ticket/",
    "desk": "tickets?view=all",
    "desk-new": "tickets/new",
    "executors": "executors",
    "credentials": "admin/integrations/credential/",
    "border": "admin/border/",
    "people": "admin/accounts/user/",
    "changes": "admin/auditlog/logentry/",
}
"""Pages that need nothing done before they are shown."""


def _single_pages(door: FrontDoor, shown: Exhibits) -> dict[str, str]:
    """Pages of one thing each."""
    (alert, *_more) = door.get("/alerts")["results"]
    return {
        "alert": f"admin/integrations/alert/{alert['id']}/change/",
        "ticket": f"admin/tickets/ticket/{shown.ticket}/change/",
        "desk-ticket": f"tickets/{shown.ticket}",
    }


def _run_of_form(door: FrontDoor) -> str:
    """The run that has opened the ticket of the public form."""
    (ticket,) = door.get("/tickets", text=FORM_TEXT)["results"]
    return str(ticket["executionId"])


FORM_TEXT = "Не сканируется штрихкод на складе"


def _show_form(page: Any, address: str) -> None:
    """The public form, and what is said to whoever has filled it in."""
    page.goto(address)
    page.fill("[name=text]", FORM_TEXT)
    _keep(page, "form")
    page.click("button")
    page.wait_for_selector("[role=status]")
    _keep(page, "form-sent")


def _show_editor(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".nyd-node")
    _keep(page, "editor")
    page.click("[data-node=node-3] .nyd-node-names")
    page.click(".react-flow__controls-fitview")
    _keep(page, "editor-node")
    page.click("[data-tab=test]")
    _keep(page, "editor-test")
    page.click(".nyd-toolbar button.nyd-main")
    page.click("dialog .nyd-main")
    page.wait_for_selector("[data-run-status=succeeded]", timeout=RUN_MS)
    page.click("[data-tab=run]")
    page.wait_for_selector(".nyd-table")
    page.click(".react-flow__controls-fitview")
    _keep(page, "editor-run")


def _show_run(page: Any, url: str) -> None:
    page.goto(url + page.get_attribute(".nyd-toolbar a.nyd-quiet", "href"))
    page.wait_for_selector(".nyd-time-row")
    _keep(page, "run")
    page.click("[data-tab=nodes]")
    _keep(page, "run-list")


def _show_new(page: Any, url: str) -> None:
    """The gate before a version goes to work, of a draft that has just been made from a template."""
    page.goto(f"{url}/admin/templates/")
    page.click("button[value=site-down]")
    page.wait_for_selector(".nyd-node")
    page.get_by_role("button", name="Опубликовать", exact=True).click()
    page.wait_for_selector("dialog .nyd-main")
    _keep(page, "editor-publish")


def _keep(page: Any, name: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    keep(page, TARGET / f"{name}.png")
