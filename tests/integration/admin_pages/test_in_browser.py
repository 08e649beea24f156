"""The admin in a real browser: nothing from elsewhere, nothing that the policy forbids, nothing without a name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.integration import runs
from tests.integration.realtime.live_server import web_process
from tests.integration.tickets import desk

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: apt-get install chromium"),
]

PAGES = (
    "",
    "queues/",
    "board/",
    "workflows/workflow/",
    "workflows/workflow/add/",
    "executions/execution/",
    "tickets/ticket/",
    "tickets/contact/add/",
    "accounts/user/",
    "accounts/user/add/",
    "django_celery_beat/periodictask/add/",
    "integrations/credential/add/",
)
NAMELESS = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], img, svg[role=img]")]
  .filter(one => one.checkVisibility() && !(
    one.labels?.length || one.getAttribute("aria-label") || one.getAttribute("title") || one.querySelector("[title]")
    || one.getAttribute("alt")
    || one.getAttribute("placeholder") || one.innerText?.trim() || one.textContent?.trim() || one.value
  ))
  .map(one => one.outerHTML.slice(0, 150))
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """While it is open this thread has a running event loop, in which Django refuses to ask the database."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def session(transactional_db: None) -> str:
    """The cookie of a superuser who has logged in."""
    root = runs.person("admin", is_staff=True, is_superuser=True, language="ru")
    client = Client()
    client.force_login(root)
    runs.finished_run(root, ("a", "noop"), ("b", "fail"))
    desk.ticket(desk.category(), root)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def opened(browser: Browser, place: str, session: str, troubles: list[str]) -> Page:
    context = browser.new_context()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": place}])
    page = context.new_page()
    page.on("request", lambda request: _note_foreign(request, place, troubles))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda message: _note_error(message, troubles))
    return page


def _note_error(message: Any, troubles: list[str]) -> None:
    if message.type == "error":
        troubles.append(message.text)


def _note_foreign(request: Any, place: str, troubles: list[str]) -> None:
    if not request.url.startswith((f"{place}/", "data:", "blob:")):
        troubles.append(f"foreign: {request.url}")


def test_pages_load_nothing_from_elsewhere_and_break_no_policy(session: str) -> None:
    """Issue 8: every request goes to this server, and the content policy forbids nothing that a page needs."""
    troubles: list[str] = []
    with web_process() as address, chromium() as browser:
        place = address.replace("ws://", "http://")
        page = opened(browser, place, session, troubles)
        nameless = {}
        for path in PAGES:
            answer = page.goto(f"{place}/admin/{path}")
            page.wait_for_load_state("networkidle")
            assert answer is not None
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            if found := page.evaluate(NAMELESS):
                nameless[path] = found
    assert troubles == []
    assert nameless == {}
