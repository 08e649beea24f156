"""Tables on a narrow screen: words stay whole, values are not cut off, and what is typed has room."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.naryad import Naryad, until
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

CUT_OFF = """cells => cells.filter(cell => getComputedStyle(cell).display !== 'none'
    && cell.scrollHeight > cell.clientHeight + 1).map(cell => cell.innerText)"""
LINES = """cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return words.getClientRects().length;
}"""
"""In how many lines a text stands."""
READABLE = 9
"""Pixels of a line of digits."""


@pytest.fixture
def phone(workbench: Workbench) -> Page:
    workbench.page.set_viewport_size({"width": 390, "height": 800})
    return workbench.page


def test_no_value_of_a_list_is_cut_off(workbench: Workbench, phone: Page):
    phone.goto(f"{workbench.url}/admin/auditlog/logentry/")
    expect(phone.locator("#result_list td.field-changes_said").first).to_be_visible()
    assert phone.locator("#result_list td").evaluate_all(CUT_OFF) == []


def test_the_first_value_of_a_list_without_boxes_is_not_called_a_box(workbench: Workbench, phone: Page):
    phone.goto(f"{workbench.url}/admin/auditlog/logentry/")
    first = phone.locator("#result_list td.field-at").first
    assert first.evaluate("cell => getComputedStyle(cell, '::before').content") in ("none", "")


@pytest.mark.parametrize("language", ["ru-RU", "en-US", "pt-BR"])
def test_what_stands_above_the_workflows_leaves_the_way_to_the_sections_free(
    naryad: Naryad, chromium: Browser, language: str
):
    """In Portuguese the button "new" lay over the one that opens the side bar."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, locale=language)
    bench = Workbench(context.new_page(), naryad.url)
    bench.log_in(**naryad.credentials()["admin"])
    bench.page.goto(f"{bench.url}/admin/workflows/workflow/")
    opener = bench.page.locator("#header-inner .material-symbols-outlined:visible").first
    expect(opener).to_be_visible()
    first, new = opener.bounding_box(), bench.page.locator("a.nyd-add").bounding_box()
    wide = bench.page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert first is not None
    assert new is not None
    assert first["x"] + first["width"] <= new["x"]
    assert wide <= 390


def test_a_sample_of_an_event_has_the_width_of_the_page(workbench: Workbench, phone: Page):
    phone.goto(f"{workbench.url}/admin/events/")
    sample = phone.locator("textarea[name=payload]").first
    expect(sample).to_be_visible()
    assert sample.evaluate("area => area.clientWidth") > 250


def test_a_failure_keeps_its_date_whole_and_enter_does_nothing_to_it(workbench: Workbench, phone: Page, naryad: Naryad):
    """Who has written a reason and pressed Enter has not asked for the step to run again."""
    _fail(naryad)
    phone.goto(f"{workbench.url}/admin/queues/")
    row = phone.locator("form tr:has(input[name=letter])").first
    expect(row).to_be_visible()
    assert row.locator("td").nth(1).evaluate(LINES) == 1
    row.locator("input[name=letter]").check()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.method))
    phone.locator("input[name=reason]").fill("Починили")
    phone.locator("input[name=reason]").press("Enter")
    phone.get_by_role("button", name="Убрать выбранные").click()
    phone.wait_for_load_state()
    expect(phone.get_by_text("Сделано: 1")).to_be_visible()
    assert sent.count("POST") == 1


def test_the_hours_below_the_chart_can_be_read(workbench: Workbench, phone: Page, naryad: Naryad):
    """They shrank with it, to three pixels."""
    _fail(naryad)
    phone.goto(f"{workbench.url}/admin/")
    hour = phone.locator(".n-chart text").first
    expect(hour).to_be_visible()
    assert hour.evaluate("text => text.getBoundingClientRect().height") > READABLE


def _fail(naryad: Naryad) -> None:
    editor = naryad.api("editor")
    node: dict[str, Any] = {"id": "only", "type": "fail", "position": {"x": 0, "y": 0}}
    node["data"] = {"label": "Only", "config": {"message": "No"}}
    made = editor.post("/workflows", {"name": "Fails", "definition": {"nodes": [node], "edges": []}})
    run = editor.post(f"/workflows/{made['id']}/execute", {})
    until(lambda: editor.get(f"/executions/{run['id']}")["status"] == "failed", seconds=90, what="the run fails")
