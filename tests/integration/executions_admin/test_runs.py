"""Runs in the admin: seen and steered by role, edited by nobody."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Project, User
from executions import services
from executions.models import Execution
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/executions/execution/"


def page(run: Execution) -> str:
    return f"{LIST}{run.pk}/change/"


def staff(client: Client, role: str | None = "operator") -> User:
    user = runs.person(role, is_staff=True)
    client.force_login(user)
    return user


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


@pytest.fixture
def editor() -> User:
    return runs.person("editor")


def test_runs_are_listed_found_and_filtered(client: Client, editor: User):
    staff(client, "viewer")
    first, second = (runs.start(runs.workflow(editor), editor) for _ in range(2))
    services.pause(execution_id=second.pk, user=editor)
    listed = text(client.get(LIST))
    assert str(first.pk) in listed
    assert str(second.pk) in listed
    paused = text(client.get(LIST, {"status": "paused"}))
    assert (str(first.pk) in paused, str(second.pk) in paused) == (False, True)
    found = text(client.get(LIST, {"q": str(first.pk)}))
    assert (str(first.pk) in found, str(second.pk) in found) == (True, False)
    assert str(first.pk) in text(client.get(LIST, {"q": first.workflow.code}))
    assert str(first.pk) not in text(client.get(LIST, {"q": "no such name"}))


def test_a_run_is_shown_with_its_steps_attempts_and_journal(client: Client, editor: User):
    """S3-13: what happened can be read in the admin."""
    staff(client, "viewer")
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"), input_data={"city": "<b>Омск</b>"})
    shown = text(client.get(page(run)))
    assert "Шаг остановлен намеренно" in shown
    assert "Шаг «a» выполнен, попытка 1" in shown
    assert "1: выполнено" in shown
    assert "&lt;b&gt;Омск" in shown
    assert "<b>Омск" not in shown


def test_a_run_is_paused_resumed_and_stopped(client: Client, editor: User):
    """S3-11: pause, resume and stop from the admin."""
    user = staff(client)
    run = runs.start(runs.workflow(editor), editor)
    for verb, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        address = f"{LIST}{run.pk}/{verb}/"
        assert address in text(client.get(page(run)))
        assert client.post(address).status_code == 302
        assert driving.status(run) == status
    assert run.events.get(type="execution.stopped").payload["by"] == user.username
    refused = text(client.post(f"{LIST}{run.pk}/pause/", follow=True))
    assert "В текущем состоянии запуска это действие невозможно" in refused


def test_a_step_is_run_again(client: Client, editor: User):
    """S3-12: step retry from the admin."""
    staff(client)
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail", {"config": {"times": 1}}))
    retry = f"{LIST}{run.pk}/steps/{driving.step(run, 'b').pk}/retry/"
    assert retry in text(client.get(page(run)))
    assert client.post(retry).status_code == 302
    assert driving.statuses(run) == {"a": "succeeded", "b": "ready"}


def test_several_runs_are_stopped_at_once(client: Client, editor: User):
    staff(client)
    finished = runs.finished_run(editor)
    chosen = runs.start(runs.workflow(editor), editor)
    answer = client.post(
        LIST, {"action": "stop_selected", "_selected_action": [str(chosen.pk), str(finished.pk)]}, follow=True
    )
    assert driving.status(chosen) == "stopped"
    assert driving.status(finished) == "succeeded"
    assert "В текущем состоянии запуска это действие невозможно" in text(answer)


@pytest.mark.parametrize("action", ["pause_selected", "resume_selected", "stop_selected"])
def test_a_viewer_has_no_buttons(client: Client, editor: User, action: str):
    """S3-22: the admin asks the same table of rights as the API."""
    staff(client, "viewer")
    run = runs.start(runs.workflow(editor), editor)
    assert f"{LIST}{run.pk}/stop/" not in text(client.get(page(run)))
    for verb in ("pause", "resume", "stop"):
        client.post(f"{LIST}{run.pk}/{verb}/")
    client.post(f"{LIST}{run.pk}/steps/{driving.step(run, 'a').pk}/retry/")
    client.post(LIST, {"action": action, "_selected_action": [str(run.pk)]})
    assert driving.status(run) == "running"


def test_nobody_edits_a_run(client: Client, editor: User):
    """S3-22: engine rows are read-only, for superusers too."""
    root = runs.person("admin", is_staff=True, is_superuser=True)
    client.force_login(root)
    run = runs.start(runs.workflow(editor), editor)
    assert client.post(page(run), {"status": "succeeded", "priority": 9}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in text(client.get(LIST))
    assert driving.status(run) == "running"


def test_runs_of_other_projects_are_not_shown(client: Client):
    """S3-3: another project's run is not there."""
    stranger = runs.person("editor", project=Project.objects.create(code="elsewhere", name="Elsewhere"))
    run = runs.start(runs.workflow(stranger), stranger)
    staff(client, "admin")
    assert str(run.pk) not in text(client.get(LIST))
    assert client.get(page(run)).status_code == 302
    assert client.post(f"{LIST}{run.pk}/stop/").status_code == 404
    assert client.post(f"{LIST}nonsense/stop/").status_code == 404
    assert client.post(f"{LIST}{uuid.uuid4()}/steps/{uuid.uuid4()}/retry/").status_code == 404
    assert driving.status(run) == "running"


def test_a_link_is_no_button(client: Client, editor: User):
    """A GET changes nothing."""
    staff(client)
    run = runs.start(runs.workflow(editor), editor)
    assert client.get(f"{LIST}{run.pk}/stop/").status_code == 405
    assert driving.status(run) == "running"


def test_staff_without_a_role_see_nothing(client: Client, editor: User):
    staff(client, None)
    run = runs.start(runs.workflow(editor), editor)
    assert client.get(LIST).status_code == 403
    assert client.get(page(run)).status_code in (302, 403)


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        text(client.get(address))
    return len(queries)


def test_pages_cost_the_same_for_few_and_for_many_rows(client: Client, editor: User):
    staff(client)
    short = runs.finished_run(editor, ("a", "noop"))
    text(client.get(page(short)))  # Django remembers a content type from here on
    of_one = queries_of(client, LIST)
    long = runs.finished_run(editor, *((f"n{number}", "noop") for number in range(20)))
    assert queries_of(client, LIST) == of_one
    assert queries_of(client, page(long)) == queries_of(client, page(short))


def test_a_run_and_the_runs_that_its_steps_have_started_lead_to_each_other(client: Client, editor: User):
    """S1-10: the child is linked."""
    staff(client, "viewer")
    inner = runs.workflow(editor)
    outer = runs.workflow(editor, ("call", "sub-workflow", {"config": {"workflow": inner.code}}))
    parent = runs.start(outer, editor)
    driving.drain()
    child = Execution.objects.get(parent_step__execution=parent)
    assert page(child) in text(client.get(page(parent)))
    assert page(parent) in text(client.get(page(child)))
