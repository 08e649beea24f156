"""Pages fit into the window: nothing of them has to be looked for beyond its edge."""

from __future__ import annotations

import pytest

from tests.browser.workbench import Workbench

pytestmark = pytest.mark.long

PAGES = (
    "admin/",
    "admin/queues/",
    "admin/board/",
    "admin/events/",
    "admin/templates/",
    "admin/workflows/workflow/",
    "admin/accounts/user/1/change/",
    "admin/auth/group/add/",
    "admin/django_celery_beat/periodictask/",
    "admin/integrations/credential/add/",
    "tickets",
)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_its_window(workbench: Workbench, width: int):
    page = workbench.page
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in PAGES:
        page.goto(f"{workbench.url}/{path}")
        page.wait_for_load_state("networkidle")
        found = page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            wide[path] = found
    assert wide == {}
