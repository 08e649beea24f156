"""The desk's pages of the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Project, User
from tests.integration.runs import person
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, TicketCategory, TicketEvent, WorkingCalendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(User.objects.create_superuser("root", "long-enough-47"))
    return client


def test_every_page_opens(admin: Client):
    category = desk.category()
    ivan = desk.executor(category)
    ticket = desk.do(desk.ticket(category), Verb.TAKE, ivan)
    seat = CategoryExecutor.objects.get()
    for place in (
        "ticket/",
        f"ticket/{ticket.pk}/change/",
        "ticketevent/",
        "card/",
        "presence/",
        "ticketcategory/add/",
        f"categoryexecutor/{seat.pk}/change/",
        "workingcalendar/add/",
    ):
        assert admin.get(f"/admin/tickets/{place}").status_code == 200, place


def test_actions_are_verbs_of_the_desk(admin: Client):
    """S4-26: the same rules in the admin; what cannot be done is told."""
    category = desk.category()
    ivan = desk.executor(category)
    held, free = desk.do(desk.ticket(category), Verb.TAKE, ivan), desk.ticket(category)
    chosen = {"action": "release", "_selected_action": [held.pk, free.pk]}
    page = admin.post("/admin/tickets/ticket/", chosen, follow=True).content.decode()
    held.refresh_from_db()
    assert held.status_id == 1
    assert TicketEvent.objects.filter(ticket=held, verb="release", source="admin").exists()
    assert "Так уже нельзя: сейчас заявка" in page


def test_an_executor_switched_off_in_the_admin_gives_back_their_tickets(
    admin: Client, django_capture_on_commit_callbacks: Any
):
    category = desk.category()
    ivan = desk.executor(category)
    held = desk.do(desk.ticket(category), Verb.TAKE, ivan)
    seat = CategoryExecutor.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/admin/tickets/categoryexecutor/{seat.pk}/change/", {"priority": 3, "max_tickets": 4})
    held.refresh_from_db()
    seat.refresh_from_db()
    assert (held.status_id, seat.priority, seat.is_active) == (1, 3, False)


def test_a_calendar_is_made_with_its_periods_and_holidays(admin: Client):
    project = desk.category().project
    form = {
        "project": project.pk,
        "name": "Офис",
        "time_zone": "Europe/Moscow",
        "periods-TOTAL_FORMS": 2,
        "periods-INITIAL_FORMS": 0,
        "periods-0-weekday": 0,
        "periods-0-opens": "09:00",
        "periods-0-closes": "13:00",
        "periods-1-weekday": 0,
        "periods-1-opens": "14:00",
        "periods-1-closes": "00:00",
        "holidays-TOTAL_FORMS": 1,
        "holidays-INITIAL_FORMS": 0,
        "holidays-0-day": "2026-05-01",
    }
    assert admin.post("/admin/tickets/workingcalendar/add/", form).status_code == 302
    category = TicketCategory(calendar=WorkingCalendar.objects.get())
    hours = category.hours()
    assert [len(day) for day in hours.week] == [2, 0, 0, 0, 0, 0, 0]
    assert len(hours.holidays) == 1


def test_who_looks_after_one_project_sees_nothing_of_another():
    """S35: staff with every permission of the desk, and a role in one project only."""
    category = desk.category()
    executor = desk.executor(category)
    ticket = desk.do(desk.ticket(category), Verb.TAKE, executor)
    here = Project.objects.create(code="here", name="Свой")
    keeper = person(project=here, is_staff=True)
    keeper.user_permissions.set(Permission.objects.filter(content_type__app_label="tickets"))
    own = TicketCategory.objects.create(project=here, name="Своя")
    client = Client(headers={"accept-language": "ru"})
    client.force_login(keeper)
    for place in ("ticket", "ticketevent", "card", "ticketcategory", "categoryexecutor", "workingcalendar"):
        page = client.get(f"/admin/tickets/{place}/")
        assert page.status_code == 200, place
        assert category.name not in page.content.decode(), place
        assert str(executor) not in page.content.decode(), place
    seat = CategoryExecutor.objects.get()
    for place in (f"ticket/{ticket.pk}", f"ticketcategory/{category.pk}", f"categoryexecutor/{seat.pk}"):
        assert client.get(f"/admin/tickets/{place}/change/").status_code == 302, place
    form = client.get("/admin/tickets/categoryexecutor/add/").content.decode()
    assert own.name in form
    assert category.name not in form
