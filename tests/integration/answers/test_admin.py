"""The page of a run answers the same questions as the API."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from executions import services
from executions.models import Execution
from tests.fakes.ledger import Ledger
from tests.integration import runs

pytestmark = pytest.mark.django_db(transaction=True)


def page(client: Client, run: Execution) -> str:
    answer = client.get(f"/admin/executions/execution/{run.pk}/change/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def staff(client: Client, transactional_db: None) -> Client:
    client.force_login(runs.person("operator", is_staff=True))
    return client


def test_the_page_of_an_open_run_says_what_it_waits_for(staff: Client, editor: User):
    """Part 2, row 5: why is it not moving?"""
    run = runs.start(runs.workflow(editor), editor)
    assert "Шаг «a» готов, но на очереди cpu нет ни одного работника" in page(staff, run)
    services.stop(execution_id=run.pk)
    assert "Чего ждёт" not in page(staff, run)


def test_the_page_shows_what_the_steps_have_done_outside(staff: Client, editor: User, ledger: Ledger):
    """Part 2, row 7: the ledger is shown to people."""
    run = runs.finished_run(editor, ("call", "http-request", {"config": {"url": ledger.url("/json?a=1")}}))
    shown = page(staff, run)
    assert "Действия вовне" in shown
    assert f"<td>{ledger.endpoint}/json</td>" in shown


def test_a_failed_run_goes_on_from_its_page(staff: Client, editor: User):
    """Part 3, 1: the button is where people look for it."""
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    address = f"/admin/executions/execution/{run.pk}/retry/"
    assert address in page(staff, run)
    assert staff.post(address).status_code == 302
    run.refresh_from_db()
    assert run.status == "running"
    assert address not in page(staff, run)
