"""Tables on a narrow screen: words stay whole, values are not cut off, and what is typed has room."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.naryad import Naryad, until
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

CUT_OFF = """cells => cells.filter(cell => getComputedStyle(cell).display !== 'none'
    && cell.scrollHeight > cell.clientHeight + 1).map(cell => cell.innerText)"""
DAY = 70
"""Pixels in which a date stands in one line, and no more than half of it in the letters of the pages."""


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
    assert row.locator("td").nth(1).evaluate("cell => cell.clientWidth") > DAY
    row.locator("input[name=letter]").check()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.method))
    phone.locator("input[name=reason]").fill("Починили")
    phone.locator("input[name=reason]").press("Enter")
    phone.get_by_role("button", name="Убрать выбранные").click()
    phone.wait_for_load_state()
    expect(phone.get_by_text("Сделано: 1")).to_be_visible()
    assert sent.count("POST") == 1


def _fail(naryad: Naryad) -> None:
    editor = naryad.api("editor")
    node: dict[str, Any] = {"id": "only", "type": "fail", "position": {"x": 0, "y": 0}}
    node["data"] = {"label": "Only", "config": {"message": "No"}}
    made = editor.post("/workflows", {"name": "Fails", "definition": {"nodes": [node], "edges": []}})
    run = editor.post(f"/workflows/{made['id']}/execute", {})
    until(lambda: editor.get(f"/executions/{run['id']}")["status"] == "failed", seconds=90, what="the run fails")
