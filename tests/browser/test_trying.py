"""Trying what is being drawn: tests of nodes, pinned data, previews of expressions, repairs, two runs compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.acceptance.naryad import ROOT, Naryad
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

SEED: dict[str, Any] = json.loads((ROOT / "devtools" / "seed_workflow.json").read_text())


def test_a_node_is_tested_on_pinned_data(workbench: Workbench, naryad: Naryad):
    """Data typed in are pinned, the node runs on them alone, and the definition stays as it was."""
    api, page = naryad.api("admin"), workbench.page
    made = api.post("/workflows", {**SEED, "name": "Pinned"})
    workbench.open(made["id"])
    workbench.choose("node-2")
    page.get_by_role("tab", name="Проверка").click()
    page.get_by_role("button", name="Ввести данные").click()
    typed = {"stats_out": [{"campaignId": 1, "views": 2, "spend": 3}, {"campaignId": 1, "views": 5, "spend": 1}]}
    page.get_by_label("Закреплённые данные").locator("textarea").fill(json.dumps(typed))
    page.get_by_role("button", name="Закрепить", exact=True).click()
    expect(page.locator("[data-node='node-2'] .nyd-pinned")).to_be_visible()
    workbench.choose("node-3")
    page.get_by_role("button", name="Проверить только этот узел").click()
    workbench.wait_for_run("succeeded")
    out = page.locator(".nyd-step .nyd-items").last
    expect(out.locator("tbody tr")).to_have_count(1)
    expect(out).to_contain_text("7")
    assert api.get(f"/workflows/{made['id']}")["definition"] == SEED["definition"]
    assert api.get(f"/workflows/{made['id']}")["version"] == 1


def test_a_test_that_would_send_something_asks_first(workbench: Workbench, naryad: Naryad):
    mail = {"config": {"to": "anna@example.com", "subject": "Привет", "text": "…"}, "label": "Письмо"}
    nodes = [
        {"id": "a", "type": "noop", "position": {"x": 0, "y": 0}, "data": {}},
        {"id": "b", "type": "send-email", "position": {"x": 400, "y": 0}, "data": mail},
    ]
    edges = [{"id": "e", "source": "a", "target": "b"}]
    made = naryad.api("admin").post("/workflows", {"name": "Mail", "definition": {"nodes": nodes, "edges": edges}})
    workbench.open(made["id"])
    workbench.choose("b")
    workbench.page.get_by_role("tab", name="Проверка").click()
    workbench.page.get_by_role("button", name="Проверить всё до него").click()
    asked = workbench.page.locator("dialog")
    expect(asked).to_contain_text("Письмо")
    asked.get_by_role("button", name="Отмена").click()
    expect(asked).to_have_count(0)


def test_an_expression_shows_what_it_gives_on_the_last_run(workbench: Workbench, naryad: Naryad):
    """Completion of earlier fields, the value on real data, and the error by the field."""
    api, page = naryad.api("admin"), workbench.page
    made = api.post("/workflows", {**SEED, "name": "Preview"})
    started = api.post(f"/workflows/{made['id']}/execute", {})
    workbench.page.goto(f"{workbench.url}/admin/executions/execution/{started['id']}/view/")
    workbench.wait_for_run("succeeded")
    workbench.open(made["id"])
    added = workbench.drag("set", 700, 330)
    workbench.connect("node-3", "out", added, "in")
    page.locator("[data-field=fields] > .nyd-list > button").click()
    value = workbench.field("fields.0.value")
    value.fill("{{ $json.totalVi")
    value.press("End")
    value.press_sequentially("e")
    expect(page.locator(".nyd-offers")).to_contain_text("$json.totalViews")
    value.press("Enter")
    expect(value).to_have_value("{{ $json.totalViews }}")
    expect(page.locator("[data-preview=number]")).to_contain_text("=")
    value.fill("{{ $json.totalViews + }}")
    expect(page.locator(".nyd-preview.nyd-wrong")).to_be_visible()
    value.fill("={{ $json.totalViews }}")
    page.locator("[data-sign] button").click()
    expect(value).to_have_value("{{ $json.totalViews }}")
    expect(page.locator("[data-sign]")).to_have_count(0)
    page.keyboard.press("Control+s")


def test_a_repair_is_proposed_drawn_and_undone(workbench: Workbench):
    bench, page = workbench, workbench.page
    bench.create("Починка")
    bench.drag("trigger-manual", 200, 200)
    bench.drag("set", 560, 200)
    page.locator(".nyd-repair button").first.click()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__edge")).to_have_count(0)
    bench.save()


def test_two_runs_are_compared_node_by_node(workbench: Workbench, naryad: Naryad):
    api, page = naryad.api("admin"), workbench.page
    nodes = [{"id": name, "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": name}} for name in ("a", "b")]
    edges = [{"id": "e", "source": "a", "target": "b"}]
    made = api.post("/workflows", {"name": "Compared", "definition": {"nodes": nodes, "edges": edges}})
    for number in (1, 2):
        run = api.post(f"/workflows/{made['id']}/execute?wait=30", {"inputData": {"n": number, "same": 0}})
    page.goto(f"{workbench.url}/admin/executions/execution/{run['id']}/view/")
    workbench.wait_for_run("succeeded")
    page.get_by_role("tab", name="Сравнение").click()
    expect(page.locator("[data-compared]")).to_have_count(2)
    page.get_by_role("button", name="Сравнить данные: b").click()
    expect(page.locator("[data-compared=b]")).to_contain_text("различаются 1 — n")


def test_a_draft_is_tried_on_the_last_runs_before_it_is_published(workbench: Workbench, naryad: Naryad):
    """Part 2, row 13: in the gate, the new version on what the last runs were given."""
    api, page = naryad.api("admin"), workbench.page
    nodes = [{"id": name, "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": name}} for name in ("a", "b")]
    edges = [{"id": "e", "source": "a", "target": "b"}]
    made = api.post("/workflows", {"name": "Shadow", "definition": {"nodes": nodes, "edges": edges}})
    for number in (1, 2):
        api.post(f"/workflows/{made['id']}/execute?wait=30", {"inputData": {"n": number}})
    workbench.open(made["id"])
    workbench.drag("noop", 300, 60)
    page.get_by_role("button", name="Опубликовать", exact=True).click()
    page.locator("dialog").get_by_role("button", name="Проверить").click()
    expect(page.locator("[data-shadow=succeeded]")).to_have_count(2)
