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


def _close(workbench: Workbench) -> None:
    form = workbench.page.locator(".nyd-inspector")
    way_out = form.get_by_role("button", name="Закрыть")
    expect(way_out).to_be_in_viewport(ratio=1)
    expect(form.locator(".nyd-inspector-body")).to_be_in_viewport(ratio=1)
    way_out.click()
    expect(form).to_have_count(0)
