"""Editor and run view on a narrow screen: what covers the graph can be put away with a finger."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.acceptance.naryad import ROOT, Naryad
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

SEED: dict[str, Any] = json.loads((ROOT / "devtools" / "seed_workflow.json").read_text())


def test_the_form_of_a_node_and_a_step_can_be_closed_on_a_phone(workbench: Workbench, naryad: Naryad):
    """There is no Escape on a phone, and a button beyond the edge is none."""
    made = naryad.api("admin").post("/workflows", {**SEED, "name": "Phone"})
    run = naryad.api("admin").post(f"/workflows/{made['id']}/execute", {})
    page = workbench.page
    page.set_viewport_size({"width": 390, "height": 800})
    workbench.open(made["id"])
    workbench.choose("node-3")
    _close(workbench)
    page.goto(f"{workbench.url}/admin/executions/execution/{run['id']}/view/")
    page.locator(".nyd-time-row").first.click()
    _close(workbench)


def test_the_list_of_nodes_folds_away_and_stays_so(workbench: Workbench, naryad: Naryad):
    """With the keyboard as well as with a finger; what is left of the width is the graph's."""
    made = naryad.api("admin").post("/workflows", {**SEED, "name": "Folded"})
    page = workbench.page
    page.set_viewport_size({"width": 390, "height": 800})
    workbench.open(made["id"])
    fold = page.locator(".nyd-palette").get_by_role("button", name="Узлы", exact=True)
    search = page.get_by_role("searchbox", name="Найти узел")
    expect(fold).to_have_attribute("aria-expanded", "true")
    search.focus()
    page.keyboard.press("Shift+Tab")
    expect(fold).to_be_focused()
    page.keyboard.press("Enter")
    for _ in ("folded", "opened again"):
        expect(fold).to_have_attribute("aria-expanded", "false")
        expect(search).to_be_hidden()
        expect(page.locator(".nyd-palette-item").first).to_be_hidden()
        assert page.evaluate("document.querySelector('.nyd-canvas').clientWidth") > 300
        workbench.open(made["id"])
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".nyd-palette-item").first).to_be_visible()


def _close(workbench: Workbench) -> None:
    form = workbench.page.locator(".nyd-inspector")
    way_out = form.get_by_role("button", name="Закрыть")
    expect(way_out).to_be_in_viewport(ratio=1)
    expect(form.locator(".nyd-inspector-body")).to_be_in_viewport(ratio=1)
    way_out.click()
    expect(form).to_have_count(0)
