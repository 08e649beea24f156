"""The node type `ticket-open`: a run opens a ticket and goes on with what became of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Project, User
from executions.models import Execution
from integrations import relay
from integrations.models import Event
from tests.integration import runs
from tests.integration.executions.driving import definition, drain, start, step, workflow
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from tickets.models import Ticket, TicketCategory
from tickets.services.for_runs import Desk

pytestmark = pytest.mark.django_db(transaction=True)
PORTS = ("opened", "confirmed", "cancelled", "timeout")


def run_with(user: User, **config: Any) -> Execution:
    """A run that has opened its ticket; one node stands at each way out."""
    nodes = [("ask", "ticket-open", {"config": {"description": "Починить №{{ $json.id }}", **config}})]
    ends = [(port, "noop") for port in PORTS]
    run = start(user, definition([*nodes, *ends], [("ask", port, port) for port in PORTS]), input_data={"id": 7})
    drain()
    return run


def way_out(run: Execution) -> list[str]:
    relay.deliver_due(queue="system")
    drain()
    return [port for port in PORTS if step(run, port).status == "succeeded"]


@pytest.fixture
def people(transactional_db: None) -> tuple[Any, User, User, User]:
    category = desk.category(name="Ремонт")
    return category, desk.executor(category), desk.somebody(username="anna"), desk.somebody(role="editor")


def test_a_run_waits_until_the_author_confirms_and_both_know_each_other(people: Any):
    """R2-1: a node opens a ticket, waits for the author's confirmation, continues; each shows the other. S4-26."""
    category, ivan, anna, editor = people
    run = run_with(editor, category="Ремонт", author="anna", priority="high")
    ticket = Ticket.objects.get()
    assert (ticket.author, ticket.category, ticket.execution_id) == (anna, category, run.pk)
    assert (ticket.title, ticket.source, ticket.priority) == ("Починить №7", "workflow", "high")
    assert step(run, "ask").status == "waiting"
    desk.do(ticket, Verb.TAKE, ivan)
    desk.do(ticket, Verb.SUBMIT, ivan)
    desk.do(ticket, Verb.CONFIRM, anna)
    assert way_out(run) == ["confirmed"]
    run.refresh_from_db()
    assert run.status == "succeeded"


def test_a_cancelled_ticket_leads_another_way(people: Any):
    category, _ivan, anna, editor = people
    run = run_with(editor, category=category.pk, author=anna.pk)
    desk.do(Ticket.objects.get(), Verb.CANCEL, anna)
    assert way_out(run) == ["cancelled"]


def test_a_run_may_go_on_without_waiting(people: Any):
    _category, _ivan, _anna, editor = people
    run = run_with(editor, category="Ремонт", author="anna", wait=False)
    assert way_out(run) == ["opened"]


def test_what_is_named_and_does_not_exist_fails_the_step(people: Any):
    *_people, editor = people
    for config, code in (({"category": "Нет"}, "not_found"), ({"author": "nobody"}, "person_not_found")):
        failed = step(run_with(editor, **{"category": "Ремонт", "author": "anna", **config}), "ask")
        assert (failed.status, failed.error["code"]) == ("failed", code)
        assert failed.error["details"].get("known") == ("Ремонт" if "category" in config else None)
    assert not Ticket.objects.exists()


def test_a_category_of_another_project_does_not_exist_for_the_run(people: Any):
    """A workflow opens tickets at its own project's desk only, whether the category is named or numbered."""
    _category, _ivan, _anna, editor = people
    elsewhere = TicketCategory.objects.create(project=Project.objects.create(code="other", name="Другой"), name="Чужая")
    for named in ("Чужая", elsewhere.pk):
        failed = step(run_with(editor, category=named, author="anna"), "ask")
        assert (failed.status, failed.error["code"]) == ("failed", "not_found")
    assert not Ticket.objects.exists()


def test_what_follows_from_a_runs_ticket_by_itself_lies_behind_that_run(people: Any):
    """R3-1: runs that open tickets and tickets that start runs come to an end; what people do begins anew."""
    category, ivan, anna, _editor = people
    opened = Desk(category.project_id, 3).open(
        key="k",
        execution_id=str(uuid.uuid4()),
        category=str(category.pk),
        author=anna.username,
        title="Починить",
        description="",
        priority="normal",
    )
    ticket = Ticket.objects.get(pk=opened.number)
    desk.do(ticket, Verb.TAKE, ivan)
    desk.do(ticket, Verb.DEFER, ivan)
    desk.do(ticket, Verb.RESUME, None, source=Ticket.Source.CLOCK)
    depths = dict(Event.objects.filter(name__startswith="ticket.").values_list("name", "depth"))
    assert depths == {"ticket.created": 3, "ticket.taken": 0, "ticket.deferred": 0, "ticket.resumed": 3}


def test_run_and_ticket_lead_to_each_other_in_pages_and_in_the_api(people: Any):
    """R2-1: from the ticket to the run that opened it and back; also to a run that the ticket's event has begun."""
    _category, ivan, _anna, editor = people
    boss = runs.person(is_staff=True, is_superuser=True, language="ru")
    run = run_with(editor, category="Ремонт", author="anna")
    ticket = Ticket.objects.get()
    listener = definition([("begin", "trigger-event", {"config": {"event": "ticket.taken"}})], [])
    flow = workflow(editor, listener, "Взята")
    desk.do(ticket, Verb.TAKE, ivan)
    relay.deliver_due(queue="system")
    drain()
    begun = Execution.objects.get(workflow=flow)
    pages = Client(headers={"accept-language": "ru"})
    pages.force_login(boss)
    for one, words in ((run, "открыта этим запуском"), (begun, "её событие начало запуск")):
        page = pages.get(f"/admin/executions/execution/{one.pk}/change/").content.decode()
        assert f'href="/tickets/{ticket.number}"' in page
        assert words in page
    page = pages.get(f"/tickets/{ticket.number}").content.decode()
    assert f"/admin/executions/execution/{run.pk}/change/" in page
    assert f"/admin/executions/reaction/?q={ticket.number}" in page
    api = runs.client(boss)
    found = api.get(f"/api/v1/executions?ticket={ticket.number}").json()["results"]
    assert {one["id"] for one in found} == {str(run.pk), str(begun.pk)}
    assert api.get(f"/api/v1/tickets?executionId={run.pk}").json()["results"][0]["number"] == ticket.number
