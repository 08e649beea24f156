"""The page of the queues: what it shows, and what can be done to a dead letter there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts import clock
from accounts.clock import Clock
from accounts.models import User
from executions.models import DeadLetterResolution, Execution, Step, Worker
from tests.integration import runs

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/queues/"


@pytest.fixture
def editor() -> User:
    return runs.person("editor")


def staff(role: str) -> Client:
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(runs.person(role, is_staff=True))
    return browser


def dead(editor: User) -> Step:
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    return Step.objects.get(execution=run, node_id="b")


def test_queues_workers_and_failures_are_shown(editor: User) -> None:
    """S3-24: depth, what is worked on and by whom, what has failed, who is alive."""
    step = dead(editor)
    runs.start(runs.workflow(editor), editor)
    Worker.objects.create(id="io@host", host="host", pid=4711, queues=["io"], slots=100)
    page = staff("viewer").get(PAGE).content.decode()
    assert "io@host" in page
    assert "4711" in page
    assert "жив" in page
    assert str(step.execution_id) in page
    assert "Повторить выбранные" not in page


def test_who_works_stands_before_who_is_gone(editor: User) -> None:
    for name, ago in (("a-gone", 3600), ("b-here", 0)):
        Worker.objects.create(
            id=name, host="h", pid=1, queues=["io"], slots=1, seen_at=Clock() - timedelta(seconds=ago)
        )
    page = staff("viewer").get(PAGE).content.decode()
    assert page.index("b-here") < page.index("a-gone")


@pytest.mark.parametrize("draining", [False, True])
def test_a_worker_that_was_killed_is_silent_since_its_last_beat(editor: User, draining: bool) -> None:
    seen_at = clock.read() - timedelta(seconds=600)
    Worker.objects.create(id="gone", host="h", pid=1, queues=["io"], slots=1, seen_at=seen_at, draining=draining)
    page = staff("viewer").get(PAGE).content.decode()
    assert f"молчит с {seen_at:%H:%M:%S}" in page
    assert "жив" not in page
    assert "завершается" not in page


def test_a_worker_that_ends_what_it_has_begun_is_called_so(editor: User) -> None:
    Worker.objects.create(id="leaving", host="h", pid=1, queues=["io"], slots=1, seen_at=Clock(), draining=True)
    assert "завершается" in staff("viewer").get(PAGE).content.decode()


def test_a_dead_letter_is_run_again(editor: User) -> None:
    """S3-24: retry."""
    step = dead(editor)
    answer = staff("operator").post(f"{PAGE}letters/", {"letter": str(step.pk), "act": "replay"}, follow=True)
    assert "Сделано: 1" in answer.content.decode()
    assert Execution.objects.get(pk=step.execution_id).status == "running"


def test_a_dead_letter_is_put_aside_with_a_reason(editor: User) -> None:
    """S3-24: delete."""
    step = dead(editor)
    told = {"letter": str(step.pk), "act": "resolve", "reason": "так и надо"}
    page = staff("operator").post(f"{PAGE}letters/", told, follow=True).content.decode()
    assert str(step.pk) not in page
    assert DeadLetterResolution.objects.get().reason == "так и надо"


def test_a_viewer_can_do_nothing_to_a_letter(editor: User) -> None:
    step = dead(editor)
    assert staff("viewer").post(f"{PAGE}letters/", {"letter": str(step.pk)}).status_code == 403
    assert not DeadLetterResolution.objects.exists()


def test_what_is_no_letter_is_refused(editor: User) -> None:
    step = dead(editor)
    browser = staff("operator")
    assert browser.post(f"{PAGE}letters/", {"letter": "x"}).status_code == 400
    assert "Ничего не выбрано" in browser.post(f"{PAGE}letters/", follow=True).content.decode()
    assert browser.get(f"{PAGE}letters/").status_code == 405
    other = str(step.execution_id)
    assert other in browser.post(f"{PAGE}letters/", {"letter": other, "act": "replay"}, follow=True).content.decode()
