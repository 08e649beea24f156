"""The view of a run in a real browser: live, after a lost connection, and for everybody."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import APIResponse, Route, WebSocketRoute, expect

from tests.acceptance.naryad import Naryad, until
from tests.browser.workbench import Workbench

NAMELESS = """() => [...document.querySelectorAll('#naryad-page :is(button, a, input, select, textarea)')]
  .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.title || one.labels?.length))
  .map((one) => one.outerHTML.slice(0, 200))"""


def slow_run(naryad: Naryad) -> str:
    """A run with three rests of a second, so that there is time to watch."""
    nodes = [
        {"id": f"n{at}", "type": "delay", "position": {"x": at * 320, "y": 0}, "data": {"config": {"seconds": 1}}}
        for at in range(3)
    ]
    edges = [{"id": f"e{at}", "source": f"n{at}", "target": f"n{at + 1}"} for at in range(2)]
    api = naryad.api("admin")
    made = api.post("/workflows", {"name": "Slow", "definition": {"nodes": nodes, "edges": edges}})
    return str(api.post(f"/workflows/{made['id']}/execute", {})["id"])


def waiting_run(naryad: Naryad) -> str:
    """A run that goes on when the event `page.came_back` tells of it."""
    rest = {"event": "page.came_back", "subject": "{{ $execution.id }}"}
    nodes = [
        {"id": "n0", "type": "wait-event", "position": {"x": 0, "y": 0}, "data": {"config": rest}},
        {"id": "n1", "type": "noop", "position": {"x": 320, "y": 0}, "data": {"config": {}}},
    ]
    edges = [{"id": "e0", "source": "n0", "sourceHandle": "received", "target": "n1"}]
    api = naryad.api("admin")
    made = api.post("/workflows", {"name": "Waiting", "definition": {"nodes": nodes, "edges": edges}})
    return str(api.post(f"/workflows/{made['id']}/execute", {})["id"])


def test_a_run_is_watched_through_a_lost_connection(workbench: Workbench, naryad: Naryad):
    """Part 2, row 17: the page comes back with the last number it has seen, and misses nothing."""
    opened: list[WebSocketRoute] = []
    asked: list[dict[str, object]] = []

    def through(socket: WebSocketRoute) -> None:
        opened.append(socket)
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            asked.append(json.loads(message))
            server.send(message)

        socket.on_message(pass_on)

    def come_back() -> bool:
        workbench.page.wait_for_timeout(50)  # the page's words are heard while it is waited for, and only then
        return len(asked) > 1

    workbench.page.route_web_socket("**/ws/executions/**", through)
    run = waiting_run(naryad)
    workbench.page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    workbench.page.wait_for_selector("[data-status=waiting]")
    opened[0].close(code=1012)
    until(come_back, seconds=60, what="the page asks again")
    naryad.api("admin").post("/events", {"name": "page.came_back", "subject": run, "payload": {}})
    workbench.wait_for_run("succeeded")
    workbench.wait_for_all_steps("succeeded")
    assert "since" not in asked[0]
    assert isinstance(asked[1]["since"], int)


def test_an_answer_that_comes_late_puts_nothing_back(workbench: Workbench, naryad: Naryad):
    """The row that the page asked for at a pause arrives when the run has long ended, as the socket has told."""
    api, page = naryad.api("admin"), workbench.page
    run = waiting_run(naryad)
    rows = f"**/api/v1/executions/{run}"
    held: list[tuple[Route, APIResponse]] = []

    def holds() -> bool:
        page.wait_for_timeout(50)  # the page's requests are heard while it is waited for, and only then
        return bool(held)

    page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    page.wait_for_selector("[data-status=waiting]")
    page.route(rows, lambda route: held.append((route, route.fetch())))
    page.get_by_role("button", name="Приостановить").click()
    until(holds, seconds=60, what="the page asks for the paused run")
    api.post(f"/executions/{run}/resume", {})
    api.post("/events", {"name": "page.came_back", "subject": run, "payload": {}})
    workbench.wait_for_run("succeeded")
    route, paused = held[0]
    assert paused.json()["status"] == "paused"
    with page.expect_response(rows) as answer:
        route.fulfill(response=paused)
    answer.value.finished()
    page.evaluate("new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))")
    workbench.wait_for_run("succeeded")
    page.unroute_all()


def test_a_run_leads_to_its_ticket_and_the_ticket_to_its_run(workbench: Workbench, naryad: Naryad):
    """Issue 8: the link appears on the open page as soon as the run has opened the ticket."""
    api, page = naryad.api("admin"), workbench.page
    category = api.get("/categories")["results"][0]["name"]
    config = {"category": category, "author": "admin", "description": "Не печатает принтер"}
    nodes = [
        {"id": "rest", "type": "delay", "position": {"x": 0, "y": 0}, "data": {"config": {"seconds": 1}}},
        {"id": "open", "type": "ticket-open", "position": {"x": 320, "y": 0}, "data": {"config": config}},
    ]
    edges = [{"id": "e", "source": "rest", "target": "open"}]
    made = api.post("/workflows", {"name": "Заявка", "definition": {"nodes": nodes, "edges": edges}})
    run = api.post(f"/workflows/{made['id']}/execute", {})["id"]
    page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    page.get_by_role("link", name="Заявка №").click()
    expect(page.locator("#content")).to_contain_text("Не печатает принтер")
    page.get_by_role("link", name=run).click()
    expect(page.locator("[data-node=open]")).to_be_visible()


@pytest.mark.long
def test_the_time_of_a_run_is_split_into_what_it_was_spent_on(workbench: Workbench, naryad: Naryad):
    """Part 2, row 16: the timeline tells queue, work and waiting apart, for each step and in all."""
    run = slow_run(naryad)
    workbench.page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    workbench.wait_for_run("succeeded")
    expect(workbench.page.locator(".nyd-legend")).to_contain_text("ожидание события или времени")
    expect(workbench.page.locator(".nyd-time-row .nyd-span-wait")).to_have_count(3)
    workbench.page.locator(".nyd-time-row").first.click()
    expect(workbench.page.locator(".nyd-step .nyd-items").first).to_be_visible()
    workbench.page.get_by_role("tab", name="Журнал").click()
    expect(workbench.page.locator(".nyd-log li").first).to_be_visible()


@pytest.mark.long
def test_everything_that_can_be_used_has_a_name(workbench: Workbench, naryad: Naryad):
    run = slow_run(naryad)
    workbench.page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    workbench.wait_for_run("succeeded")
    workbench.page.locator(".nyd-time-row").first.click()
    workbench.page.wait_for_selector(".nyd-step .nyd-items")
    assert workbench.page.evaluate(NAMELESS) == []
    assert workbench.page.locator("html").get_attribute("lang") == "ru"


@pytest.mark.long
def test_a_run_is_reached_and_read_without_a_mouse(workbench: Workbench, naryad: Naryad):
    run = slow_run(naryad)
    workbench.page.goto(f"{workbench.url}/admin/executions/execution/{run}/view/")
    workbench.wait_for_run("succeeded")
    row = workbench.page.locator(".nyd-time-row").first
    row.focus()
    workbench.page.keyboard.press("Enter")
    expect(workbench.page.locator(".nyd-step")).to_be_visible()


def test_an_error_names_its_field_as_the_form_does_and_says_nothing_twice(workbench: Workbench, naryad: Naryad):
    late = {"id": "n0", "type": "delay", "position": {"x": 0, "y": 0}, "data": {"config": {"seconds": "{{ $json.s }}"}}}
    api = naryad.api("admin")
    made = api.post("/workflows", {"name": "Wrong", "definition": {"nodes": [late], "edges": []}})
    run = api.post(f"/workflows/{made['id']}/execute", {"inputData": {"s": "soon"}})
    page = workbench.page
    page.goto(f"{workbench.url}/admin/executions/execution/{run['id']}/view/")
    workbench.wait_for_run("failed")
    workbench.wait_for_step("n0", "failed")
    page.locator(".nyd-time-row").first.click()
    error = page.locator(".nyd-step .nyd-error").first
    expect(error).to_contain_text("Поле «Секунд (seconds)»: здесь нужно число")
    expect(error.locator("dt")).to_have_text(["item"])
