"""`axe` over every page that people use: no serious fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.naryad import ROOT, Naryad
from tests.browser.accessibility import serious_faults
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

PAGES = (
    "admin/",
    "admin/queues/",
    "admin/board/",
    "admin/templates/",
    "admin/workflows/workflow/",
    "admin/workflows/workflow/new/",
    "admin/workflows/workflow/import/",
    "admin/workflows/workflow/links/",
    "admin/workflows/workflowversion/",
    "admin/executions/execution/",
    "admin/tickets/ticket/",
    "admin/tickets/contact/add/",
    "admin/accounts/user/add/",
    "admin/integrations/credential/",
    "admin/integrations/credential/add/",
    "admin/django_celery_beat/periodictask/add/",
    "tickets",
    "executors",
)
SEED: dict[str, Any] = json.loads((ROOT / "devtools" / "seed_workflow.json").read_text())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_fault(workbench: Workbench, path: str):
    answer = workbench.page.goto(f"{workbench.url}/{path}")
    assert answer is not None
    assert answer.status == 200
    workbench.page.wait_for_load_state("networkidle")
    assert serious_faults(workbench.page) == []


@pytest.mark.parametrize("path", ["admin/login/", "tickets"])
def test_the_way_in_has_no_serious_fault(chromium: Browser, naryad: Naryad, path: str):
    page = chromium.new_context(locale="ru-RU").new_page()
    page.goto(f"{naryad.url}/{path}")
    assert serious_faults(page) == []


def test_editor_and_run_have_no_serious_fault(workbench: Workbench, naryad: Naryad):
    made = naryad.api("admin").post("/workflows", {**SEED, "name": "Axe"})
    page = workbench.page
    workbench.open(made["id"])
    faults = {"editor": serious_faults(page)}
    workbench.choose("node-3")
    faults["node"] = serious_faults(page)
    page.get_by_role("tab", name="Проверка").click()
    faults["test"] = serious_faults(page)
    page.get_by_role("button", name="Граф списком").click()
    faults["list"] = serious_faults(page)
    page.get_by_role("button", name="Граф списком").click()
    page.locator(".nyd-toolbar button.nyd-main").click()
    faults["start"] = serious_faults(page)
    page.locator("dialog .nyd-main").click()
    workbench.wait_for_run("succeeded")
    page.get_by_role("link", name="Страница запуска").first.click()
    page.locator(".nyd-time-row").first.click()
    expect(page.locator(".nyd-step .nyd-items").first).to_be_visible()
    for tab in ("Время", "Журнал", "Чего ждёт", "Сравнение", "Узлы списком"):
        page.get_by_role("tab", name=tab).click()
        faults[tab] = serious_faults(page)
    assert {place: found for place, found in faults.items() if found} == {}


def test_a_graph_is_drawn_without_a_mouse(workbench: Workbench):
    """Nodes are added, connected and read by the keyboard alone."""
    bench, page = workbench, workbench.page
    bench.create("Без мыши")
    for node_type in ("trigger-manual", "noop"):
        page.locator(f".nyd-palette-item[data-type='{node_type}']").focus()
        page.keyboard.press("Enter")
    expect(page.locator(".nyd-node")).to_have_count(2)
    first, second = bench.nodes()
    page.get_by_role("button", name="Граф списком").focus()
    page.keyboard.press("Enter")
    page.locator(".nyd-node-list .nyd-link").first.focus()
    page.keyboard.press("Enter")
    page.locator(f"[data-inspects='{first}'] .nyd-links summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("На вход узла").select_option(index=1)
    page.get_by_role("button", name="Связать").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".nyd-node-list tbody tr").first).to_contain_text("→")
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    assert second
    page.keyboard.press("Control+s")
    expect(page.locator(".nyd-editor")).to_have_attribute("data-saving", "saved")
