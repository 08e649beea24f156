"""What people write is shown as what they wrote, and is no program wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import default_project
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.tickets import desk
from tickets.models import Contact, Ticket
from tickets.services import talk
from tickets.telegram import cards
from workflows.models import Variable

pytestmark = pytest.mark.django_db

EVIL = """<img src=x onerror="alert(1)">"""


@pytest.fixture
def root() -> User:
    return runs.person("admin", name=EVIL, is_staff=True, is_superuser=True)


@pytest.fixture
def ticket(root: User) -> Ticket:
    """A ticket of which people have written every text, beside other things with such names."""
    category = desk.category(name=EVIL)
    desk.executor(category, EVIL)
    made = desk.ticket(category, root, description=EVIL)
    talk.comment(actor=root, ticket_id=made.pk, text=EVIL)
    nodes: list[driving.NodeSpec] = [("a", "noop")]
    runs.start(driving.workflow(root, driving.definition(nodes, []), name=EVIL), root)
    Contact.objects.create(project=default_project(), name=EVIL)
    Variable.objects.create(project=default_project(), key="evil", value=EVIL)
    return made


def addresses(ticket: Ticket) -> list[str]:
    pages = [reverse(f"admin:{name}") for name in ("index", "queues", "board", "templates")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(reverse(f"{name}_changelist"))
        pages += [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:1]]
    return [*pages, "/tickets", f"/tickets/{ticket.pk}", "/tickets/new", "/executors", "/profile/telegram"]


def test_no_page_shows_a_text_as_markup(root: User, ticket: Ticket) -> None:
    """S32: lists, forms and the board of the admin, and the pages of the desk."""
    browser = Client()
    browser.force_login(root)
    shown = {address: browser.get(address, follow=True).content.decode() for address in addresses(ticket)}
    assert [address for address, page in shown.items() if "<img src=x" in page] == []
    assert sum("&lt;img src=x" in page for page in shown.values()) > 10


def test_no_card_shows_a_text_as_markup(root: User, ticket: Ticket) -> None:
    """S32: Telegram reads HTML."""
    for show in (cards.card, cards.details):
        text, _buttons = show(ticket, root)
        assert "&lt;img src=x" in text
        assert "<img" not in text


@pytest.mark.parametrize("address", ["/admin/", "/tickets"])
def test_a_page_may_run_no_script_that_stands_within_it(root: User, address: str) -> None:
    """S32: what slipped through would not run."""
    browser = Client()
    browser.force_login(root)
    policy: Any = browser.get(address).headers["Content-Security-Policy"]
    scripts = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert "'unsafe-inline'" not in "".join(scripts)
    assert scripts or "default-src 'none'" in policy
