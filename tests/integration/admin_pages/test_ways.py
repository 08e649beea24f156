"""Ways that a page offers lead somewhere: nobody is sent to a closed door."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.integration import runs
from tests.integration.tickets import desk

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a[^>]* href="(/[^"#]*)"')
FIELD = re.compile(r'<(?:input type="(?:text|password|number|email|url)"|textarea)[^>]*>')
UNSEEN = re.compile(r"logout|jsi18n|/static/")


def browser() -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(runs.person("operator", is_staff=True))
    return client


def ways(client: Client, address: str) -> set[str]:
    page = client.get(address).content.decode()
    return {way.replace("&amp;", "&") for way in LINK.findall(page) if not UNSEEN.search(way)}


@pytest.mark.parametrize("page", ["admin:index", "admin:board"])
def test_every_link_of_the_overview_and_the_board_opens_for_an_operator(page: str) -> None:
    """The operator looks after tickets on the desk: the tables of the admin behind them are closed to them."""
    desk.ticket(desk.category())
    client = browser()
    answers = {way: client.get(way).status_code for way in ways(client, reverse(page))}
    assert {way: status for way, status in answers.items() if status >= 400} == {}


def test_the_ticket_of_a_run_opens_for_who_may_see_it() -> None:
    """In the admin for those who have its tables, on the desk for everybody else."""
    ticket = desk.ticket(desk.category())
    workflow = runs.workflow(runs.person("editor"), ("only", "noop"))
    address = reverse("admin:workflow_editor", args=[workflow.pk])
    client = browser()
    root = Client()
    root.force_login(User.objects.create_superuser("root", "long-enough-47"))
    for who, place in ((client, "/tickets/"), (root, "/admin/tickets/ticket/")):
        boot = re.search(r'<script id="naryad-boot"[^>]*>(.*?)</script>', who.get(address).content.decode(), re.S)
        assert boot
        way = json.loads(boot[1])["addresses"]["ticket"]
        assert way.startswith(place)
        assert who.get(way.replace("{id}", str(ticket.pk))).status_code == 200


def test_a_closed_door_and_an_empty_place_are_told_in_words_with_a_way_back() -> None:
    """Django's own page is "403 Forbidden", bare and in English."""
    for address, status, words in (
        (reverse("admin:accounts_user_changelist"), 403, "Недостаточно прав для этого действия"),
        ("/admin/nowhere/", 404, "Не найдено"),
    ):
        answer = browser().get(address)
        assert answer.status_code == status
        page = answer.content.decode()
        assert words in page
        assert 'href="/tickets"' in page
    assert 'href="/tickets"' in Client().get("/nowhere/").content.decode(), "who is not known has no menu"


def test_a_form_for_a_new_row_shows_no_innards() -> None:
    """What the database will write is no value yet."""
    root = Client(headers={"accept-language": "ru"})
    root.force_login(User.objects.create_superuser("root", "long-enough-47"))
    for table in ("accounts_project", "tickets_contact"):
        assert "object at 0x" not in root.get(reverse(f"admin:{table}_add")).content.decode(), table


def test_every_field_of_a_form_for_a_new_row_can_be_seen() -> None:
    """A field that is not the frame's own has neither a border nor a ground: people look for it in vain."""
    root = Client(headers={"accept-language": "ru"})
    root.force_login(User.objects.create_superuser("root", "long-enough-47"))
    unseen = []
    for model in admin.site._registry:
        table = f"{model._meta.app_label}_{model._meta.model_name}"
        page = root.get(reverse(f"admin:{table}_add")).content.decode().partition('id="content-main"')[2]
        for field in FIELD.findall(page):
            if "border" not in field and "__prefix__" not in field:
                unseen.append((table, field))
    assert unseen == []
