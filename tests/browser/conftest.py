"""A browser for the common installation; the tests are skipped, with the reason, where either cannot be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from devtools import front_end
from devtools.browser import find_browser
from devtools.installation import Refused
from tests.acceptance.naryad import Naryad
from tests.browser.workbench import Workbench


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ended with these tests: an event loop stands behind it, beside which others cannot have one."""
    try:
        path = find_browser()
    except Refused as reason:
        pytest.skip(str(reason))
    if not front_end.is_built():
        pytest.skip("the editor's pages are not built: python3 dev.py ui")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def workbench(naryad: Naryad, chromium: Browser) -> Iterator[Workbench]:
    """A person of the staff who is logged in. What goes wrong in the page fails the test."""
    context = chromium.new_context(viewport={"width": 1600, "height": 950}, locale="ru-RU")
    bench = Workbench(context.new_page(), naryad.url)
    bench.log_in(**naryad.credentials()["admin"])
    yield bench
    context.close()
    assert not bench.faults
    assert not bench.strangers
