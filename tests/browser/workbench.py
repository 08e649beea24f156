"""The editor as a person uses it: by what can be seen, dragged, clicked and typed."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 30_000
ENDED_MS = 90_000

expect.set_options(timeout=PATIENCE_MS)  # a page may take as long to show something as to load


class Workbench:
    """One page of one person, with what went wrong in it and what it asked of other hosts."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        self.strangers: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("request", self._note_stranger)

    def _note_stranger(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.strangers.append(request.url)

    def log_in(self, username: str, password: str) -> None:
        self.page.goto(f"{self.url}/admin/login/?next=/admin/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.page.click("[type=submit]")
        self.page.wait_for_url(f"{self.url}/admin/")

    # --- the way in ----------------------------------------------------------------------------------------------
    def create(self, name: str, kind: str = "flow") -> str:
        """List, + New, type, name, Create; returns the id of the workflow, whose editor is open then."""
        self.page.goto(f"{self.url}/admin/workflows/workflow/")
        self.page.click("a.nyd-add")
        self.page.check(f"input[name=kind][value={kind}]")
        self.page.fill("input[name=name]", name)
        self.page.click(".nyd-new button[type=submit]")
        self.page.wait_for_url(re.compile("/editor/$"))
        self.page.wait_for_selector(".nyd-palette-item")
        return self.page.url.rstrip("/").split("/")[-2]

    def open(self, workflow_id: str) -> None:
        self.page.goto(f"{self.url}/admin/workflows/workflow/{workflow_id}/editor/")
        self.page.wait_for_selector(".nyd-node")

    # --- drawing -------------------------------------------------------------------------------------------------
    def drag(self, node_type: str, x: int, y: int) -> str:
        """Drag a node from the palette to a place of the canvas; returns its id."""
        before = self.nodes()
        item = self.page.locator(f".nyd-palette-item[data-type='{node_type}']")
        item.scroll_into_view_if_needed()
        item.drag_to(self.page.locator(".react-flow"), target_position={"x": x, "y": y})
        expect(self.page.locator(".nyd-node")).to_have_count(len(before) + 1)
        (made,) = set(self.nodes()) - set(before)
        return made

    def nodes(self) -> list[str]:
        return [str(one.get_attribute("data-node")) for one in self.page.locator(".nyd-node").all()]

    def connect(self, source: str, output: str, target: str, into: str) -> None:
        """Draw an edge with the mouse."""
        edges = self.page.locator(".react-flow__edge")
        before = edges.count()
        self._handle(source, output, "source").drag_to(self._handle(target, into, "target"))
        expect(edges).to_have_count(before + 1)

    def _handle(self, node: str, port: str, side: str) -> Locator:
        return self.page.locator(f".react-flow__handle.{side}[data-nodeid='{node}'][data-handleid='{port}']")

    def choose(self, node: str) -> None:
        self.page.locator(f"[data-node='{node}'] .nyd-node-names").click()
        self.page.wait_for_selector(f"[data-inspects='{node}']")

    def field(self, path: str) -> Locator:
        """What is typed into or chosen in the form of the chosen node."""
        return self.page.locator(f"[data-field='{path}']").locator("textarea, input, select").last

    def save(self) -> None:
        self.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".nyd-editor")).to_have_attribute("data-saving", "saved")

    # --- running -------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start a run by the button, with the input that the window offers."""
        self.page.locator(".nyd-toolbar button.nyd-main").click()
        self.page.locator("dialog .nyd-main").click()

    def publish(self) -> None:
        """Through the gate."""
        self.page.get_by_role("button", name="Опубликовать", exact=True).click()
        self.page.locator("dialog .nyd-main").click()
        expect(self.page.locator("dialog")).to_have_count(0)

    def retry_from_failure(self) -> None:
        self.page.get_by_role("button", name="Повторить", exact=True).first.click()
        self.page.locator("dialog .nyd-plan").wait_for()
        self.page.locator("dialog .nyd-main").click()
        expect(self.page.locator("dialog")).to_have_count(0)

    def wait_for_run(self, status: str) -> None:
        """The page is not loaded again: what it shows has come by the socket."""
        expect(self.page.locator(f"[data-run-status={status}]")).to_be_visible(timeout=ENDED_MS)

    def wait_for_step(self, node: str, status: str) -> None:
        """Steps come by the socket one by one: that the run has ended may be seen before."""
        expect(self.page.locator(f".nyd-node[data-node='{node}']")).to_have_attribute("data-status", status)

    def wait_for_all_steps(self, status: str) -> None:
        expect(self.page.locator(f".nyd-node:not([data-status={status}])")).to_have_count(0)
        expect(self.page.locator(".nyd-node").first).to_be_visible()
