"""What several seeds promise together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from executions.books import Notice, SavedError
from executions.services import aftercare
from integrations import standing
from integrations.breaker import FAILURES
from tests.fakes.ledger import Ledger, running
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, runs_of
from tests.integration.runs import client
from tests.integration.tickets import desk
from tickets.models import Ticket
from workflows.models import Workflow


@pytest.fixture
def server(settings: Any) -> Iterator[Ledger]:
    """A server of its own: breakers are remembered by host and port."""
    with running() as ledger:
        settings.OUTBOUND_ALLOW = [ledger.endpoint]
        yield ledger


def told_outside(anna: Any, url: str) -> Workflow:
    """Every new ticket is told to a server outside."""
    nodes: list[driving.NodeSpec] = [
        ("begin", "trigger-event", {"config": {"event": "ticket.created"}}),
        ("tell", "http-request", {"config": {"url": url, "method": "POST", "retries": 0}}),
    ]
    return driving.workflow(anna, driving.definition(nodes, [("begin", "tell")]), "Tell")


def handler_of_errors(anna: Any) -> Workflow:
    nodes: list[driving.NodeSpec] = [
        ("begin", "trigger-error"),
        ("say", "notify", {"config": {"severity": "error", "title": "Не передано"}}),
    ]
    return driving.workflow(anna, driving.definition(nodes, [("begin", "say")]), "Handler")


def work_off() -> None:
    """Everything that relays, workers and the ticker would do."""
    while deliver() or driving.drain() or aftercare.look_after_ended():
        pass


def history(api: Any, ticket: Ticket) -> list[str]:
    return [line["verb"] for line in api.get(f"/api/v1/tickets/{ticket.pk}/history").json()["results"]]


def test_a_ticket_whose_workflow_fails_outside_says_so_on_its_timeline(
    anna: Any, server: Ledger, settings: Any
) -> None:
    """X-1, S2-4: the request fails until the breaker opens; each error is saved and told, and the ticket shows it."""
    flow, settings.ERROR_WORKFLOW = told_outside(anna, server.url("/status/500")), handler_of_errors(anna).code
    counter = desk.category()
    tickets = [desk.ticket(counter) for _number in range(FAILURES)]
    work_off()
    runs = runs_of(flow)
    assert [run.status for run in runs] == ["failed"] * FAILURES
    saved = SavedError.objects.filter(workflow=flow)
    assert set(saved.values_list("execution_id", flat=True)) == {run.pk for run in runs}
    assert Notice.objects.filter(title="Не передано").count() == FAILURES
    api = client(anna)
    assert [history(api, ticket).count("run_failed") for ticket in tickets] == [1] * FAILURES
    assert {one.state for one in standing.circuits() if str(server.port) in one.key} == {"open"}

    later = desk.ticket(counter)
    work_off()
    assert driving.step(runs_of(flow)[-1], "tell").wait_reason == "circuit_open"
    assert len(server.calls) == FAILURES
    assert "run_failed" not in history(api, later)
