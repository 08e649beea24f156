"""States in lists and on the pages of one row: in words, also those that no colour was chosen for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from executions import services
from tests.integration import runs
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from workflows.services import create_from_template

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root() -> Any:
    return runs.person("admin", is_staff=True, is_superuser=True, language="ru")


def page(root: Any, name: str, *arguments: Any) -> str:
    browser = Client()
    browser.force_login(root)
    return browser.get(reverse(f"admin:{name}", args=arguments)).content.decode()


def test_a_cancelled_ticket_of_usual_priority(root: Any) -> None:
    ticket = desk.ticket(desk.category(), root)
    desk.do(ticket, Verb.CANCEL, root)
    shown = page(root, "tickets_ticket_changelist")
    assert "Отменена" in shown
    assert "Обычный" in shown


def test_a_draft(root: Any) -> None:
    create_from_template(slug="lead", user=root)
    assert "Черновик" in page(root, "workflows_workflow_changelist")


def test_a_run_leads_to_its_workflow(root: Any) -> None:
    run = runs.start(runs.workflow(root), root)
    address = reverse("admin:workflows_workflow_change", args=[run.workflow_id])
    for name, arguments in (("executions_execution_changelist", ()), ("executions_execution_change", (run.pk,))):
        assert f'href="{address}"' in page(root, name, *arguments)


def test_labels_of_a_workflow_begin_with_a_capital(root: Any) -> None:
    workflow = runs.workflow(root)
    shown = page(root, "workflows_workflow_change", workflow.pk)
    assert "Код" in shown
    assert not re.search(r">\s*(код|опубликовать|описание графа)\s*<", shown)


def test_a_stopped_run(root: Any) -> None:
    run = runs.start(runs.workflow(root), root)
    services.stop(execution_id=run.pk, user=root)
    assert "Остановлен" in page(root, "executions_execution_changelist")
    shown = page(root, "executions_execution_change", run.pk)
    assert "Остановлен" in shown
    assert "('stopped'" not in shown
    assert "&#x27;stopped&#x27;" not in shown


def test_a_task_of_beat_names_each_of_its_fields_in_russian(root: Any) -> None:
    assert "Расписание словами" in page(root, "django_celery_beat_periodictask_add")


def test_an_empty_list_asks_nobody_to_make_what_only_the_product_makes(root: Any) -> None:
    shown = page(root, "executions_trigger_changelist")
    assert "Здесь ничего нет" in shown
    assert "Создайте запись" not in shown


def test_before_a_workflow_is_deleted_it_is_said_what_stays(root: Any) -> None:
    """It was said that all that belongs to it would be deleted, above a list without a line."""
    shown = page(root, "workflows_workflow_delete", runs.workflow(root).pk)
    assert "Его версии и запуски останутся" in shown
    assert "снимите его с публикации" in shown
    assert "связанные объекты" not in shown


def test_a_page_that_is_refused_or_lacking_says_what_to_do(root: Any) -> None:
    browser = Client()
    browser.force_login(root)
    assert "Проверьте адрес" in browser.get("/admin/nothing-of-this-name/").content.decode()
    browser.force_login(runs.person("viewer", is_staff=True, language="ru"))
    refused = browser.get(reverse("admin:border"))
    assert refused.status_code == 403
    assert "администратор" in refused.content.decode()
