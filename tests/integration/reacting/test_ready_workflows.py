"""Ready workflows that a form begins, run: what is filled in arrives where it is used."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.integration.executions import driving
from tests.integration.reacting.scenes import listener_of, runs_of
from tests.integration.tickets import desk
from tickets.models import Ticket
from workflows.models import Workflow
from workflows.services import gallery


def ready(user: Any, slug: str, change: Callable[[dict[str, Any]], None]) -> Workflow:
    """The ready workflow, published with what `change` does to its nodes, which it gets by id."""
    definition = copy.deepcopy(gallery.template(slug).definition)
    change({node["id"]: node for node in definition["nodes"]})
    return driving.workflow(user, definition)


def send(flow: Workflow, **filled: str) -> Any:
    answer = Client().post(f"/forms/{listener_of(flow).address}", filled)
    assert answer.status_code == 200, answer.content.decode()
    driving.drain()
    (run,) = runs_of(flow)
    return run


def test_a_form_opens_a_ticket_with_what_was_written(anna: Any) -> None:
    """Issue 8: form → ticket."""
    category = desk.category()

    def mine(nodes: dict[str, Any]) -> None:
        nodes["ticket"]["data"]["config"] |= {"category": category.name, "author": anna.username}

    run = send(ready(anna, "form-ticket", mine), text="Не сканируется штрихкод")
    ticket = Ticket.objects.get(execution_id=run.pk)
    assert (ticket.title, ticket.author) == ("Не сканируется штрихкод", anna)
    assert driving.status(run) == "running"


def test_a_lead_gets_its_tag_and_its_letter(anna: Any) -> None:
    """Issue 8: lead → CRM → tag → mail; the CRM is everybody's own, so here its place is held."""

    def mine(nodes: dict[str, Any]) -> None:
        assert nodes["crm"]["data"]["config"]["body"] == {"name": "{{ $json.name }}", "email": "{{ $json.email }}"}
        nodes["crm"] |= {"type": "noop"}
        nodes["crm"]["data"]["config"] = {}

    run = send(ready(anna, "lead", mine), name="Анна", email="anna@example.org")
    assert driving.status(run) == "succeeded", run.error
    assert driving.items(run, "tag")[0]["actions"]
    assert driving.items(run, "letter")
