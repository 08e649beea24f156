"""What has been drawn stays with the person who drew it: quick fingers, a log-in that ends, a slip of the pen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.acceptance.naryad import ROOT, Naryad
from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

SEED: dict[str, Any] = json.loads((ROOT / "devtools" / "seed_workflow.json").read_text())
AN_HOUR_LATER = "(() => { const now = Date.now; Date.now = () => now() + 3_600_000; })()"
LISTEN = """window.shown = []; document.addEventListener('animationstart', ({ target }) => {
  if (target.closest('.nyd-told')) window.shown.push(target.textContent); })"""
SHOWN = "window.shown.some((text) => text.includes('версия 3'))"


def test_saving_twice_in_a_row_is_no_quarrel_with_oneself(workbench: Workbench, naryad: Naryad):
    """The second press waits for the first; what has not changed since makes no version, and is confirmed too."""
    api = naryad.api("admin")
    made = api.post("/workflows", {**SEED, "name": "Twice"})
    workbench.open(made["id"])
    workbench.choose("node-2")
    workbench.field("period").fill("3")
    for _ in range(2):
        workbench.page.keyboard.press("Control+s")
    expect(workbench.page.locator(".nyd-toolbar")).to_contain_text("v2")
    workbench.page.wait_for_load_state("networkidle")
    assert workbench.page.locator("dialog").count() == 0
    assert api.get(f"/workflows/{made['id']}")["version"] == 2
    workbench.field("period").fill("4")
    workbench.page.evaluate(LISTEN)
    workbench.page.keyboard.press("Control+s")
    expect(workbench.page.locator(".nyd-told")).to_contain_text("версия 3")
    workbench.page.wait_for_function(SHOWN)  # each saying is shown anew


def test_who_logs_in_again_in_another_tab_saves_what_is_drawn_in_this_one(workbench: Workbench, naryad: Naryad):
    """A log-in writes a new word against foreign pages, which the open page has to learn."""
    api = naryad.api("admin")
    made = api.post("/workflows", {**SEED, "name": "Long day"})
    workbench.open(made["id"])
    workbench.choose("node-2")
    workbench.field("period").fill("9")
    workbench.page.context.clear_cookies(name="sessionid")
    workbench.page.evaluate(AN_HOUR_LATER)
    workbench.page.keyboard.press("Control+s")
    expect(workbench.page.locator(".nyd-told")).to_contain_text("войдите снова в другой вкладке")
    with workbench.page.context.new_page() as other:
        Workbench(other, workbench.url).log_in(**naryad.credentials()["admin"])
    workbench.page.keyboard.press("Control+s")
    expect(workbench.page.locator(".nyd-editor")).to_have_attribute("data-saving", "saved")
    assert api.get(f"/workflows/{made['id']}")["definition"]["nodes"][1]["data"]["config"]["period"] == 9


def test_a_note_is_written_where_it_appears_and_saved_while_it_is_written(workbench: Workbench, naryad: Naryad):
    api = naryad.api("admin")
    made = api.post("/workflows", {**SEED, "name": "Noted"})
    workbench.open(made["id"])
    workbench.page.get_by_role("button", name="Добавить заметку").click()
    expect(workbench.page.locator(".nyd-note textarea")).to_be_focused()
    workbench.page.keyboard.type("Спросить у склада")
    workbench.page.keyboard.press("Control+s")
    expect(workbench.page.locator(".nyd-toolbar")).to_contain_text("v2")
    assert [one["text"] for one in api.get(f"/workflows/{made['id']}")["definition"]["notes"]] == ["Спросить у склада"]


def test_json_with_a_slip_stays_in_its_field_and_starts_nothing(workbench: Workbench, naryad: Naryad):
    made = naryad.api("admin").post("/workflows", {**SEED, "name": "Slip"})
    workbench.open(made["id"])
    workbench.page.locator(".nyd-toolbar button.nyd-main").click()
    typed = workbench.page.locator("dialog textarea")
    typed.fill('{"day": 1')
    typed.blur()
    expect(typed).to_have_value('{"day": 1')
    expect(workbench.page.locator("dialog .nyd-main")).to_be_disabled()
    typed.fill('{"day": 1}')
    expect(workbench.page.locator("dialog .nyd-main")).to_be_enabled()


def test_a_file_is_chosen_for_the_import_without_a_fault_of_the_page(workbench: Workbench):
    """The frame's script looked for a field that this form did not have."""
    workbench.page.goto(f"{workbench.url}/admin/workflows/workflow/import/")
    chosen = FilePayload(name="broken.json", mimeType="application/json", buffer=b"{oops")
    workbench.page.set_input_files("#id_file", chosen)
    workbench.page.get_by_role("button", name="Загрузить").click()
    expect(workbench.page.locator(".nyd-outcome")).to_contain_text("broken.json")
