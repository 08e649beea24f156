"""Retries that meet each other, and retries that meet the ticker's pruning."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.errors import DomainError
from accounts.models import User
from executions import claims, invariants, pruning, services
from executions.models import Attempt, Execution
from executions.services import Wish
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions.driving import definition, drain, status, step

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Any) -> list[str]:
    """Do everything at once in threads of its own; returns the outcomes by code, `done` for those without an error."""
    start, outcomes = threading.Barrier(len(works)), []

    def one(work: Any) -> None:
        start.wait()
        try:
            work()
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=scenes.in_thread, args=(lambda work=work: one(work),)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def test_of_many_retries_of_one_run_one_is_carried_out(editor: User):
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    outcomes = together(*[lambda: services.retry(execution_id=run.pk, user=editor)] * 6)
    assert outcomes == ["done", *["illegal_transition"] * 5]
    drain()
    assert Attempt.objects.filter(step=step(run, "b"), epoch=2).count() == 1
    assert invariants.repair() == 0


def test_a_retry_of_the_run_and_one_of_its_step_do_not_both_count(editor: User):
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    outcomes = together(
        lambda: services.retry(execution_id=run.pk, user=editor),
        lambda: services.retry_step(execution_id=run.pk, step_id=step(run, "b").pk, user=editor),
        lambda: services.retry(execution_id=run.pk, user=editor, wish=Wish(begin=[step(run, "b").pk])),
    )
    assert outcomes == ["done", "illegal_transition", "illegal_transition"]
    drain()
    assert status(run) == "failed"


def test_new_runs_that_repeat_one_run_do_not_disturb_each_other(editor: User):
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    scenes.replace(run, editor, definition([("a", "noop"), ("b", "noop")], [("a", "b")]))
    outcomes = together(*[lambda: services.retry(execution_id=run.pk, user=editor, wish=Wish(version="current"))] * 3)
    assert outcomes == ["done"] * 3
    drain()
    assert [status(new) for new in Execution.objects.filter(retry_of=run)] == ["succeeded"] * 3


def test_a_run_that_is_being_retried_is_not_forgotten(editor: User, settings: Any):
    """The run is locked by whoever retries it, and has another end afterwards."""
    settings.EXECUTION_RETENTION_DAYS = 1
    run = runs.finished_run(editor, ("a", "fail"))
    pruned: list[int] = []

    def prune() -> None:
        with scenes.later(3 * 24 * 3600):
            pruned.append(pruning.prune_finished())

    with transaction.atomic():
        claims.lock_execution(run.pk)
        thread = threading.Thread(target=scenes.in_thread, args=(prune,))
        thread.start()
        thread.join(60)
        services.retry(execution_id=run.pk, user=editor)
    assert pruned == [0]
    assert status(run) == "running"
    connection.ensure_connection()
