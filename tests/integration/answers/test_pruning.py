"""Finished runs are forgotten when their time is over, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import User
from executions import pruning, services
from executions.models import (
    Attempt,
    DeadLetterResolution,
    Execution,
    ExecutionEvent,
    IdempotencyKey,
    ScheduleFire,
    SideEffect,
    Slot,
    Step,
    StepData,
    Trigger,
)
from executions.services.dead_letters import resolve_run
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import definition, drain, step
from workflows import services as workflows

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def a_month(settings: Any) -> None:
    settings.EXECUTION_RETENTION_DAYS = 30


def prune(days: float, **bounds: int) -> int:
    """What the ticker does when so many days have passed."""
    with scenes.later(days * DAY):
        return pruning.prune_finished(**bounds)


def there(*found: Execution) -> list[bool]:
    known = set(Execution.objects.filter(pk__in=[run.pk for run in found]).values_list("pk", flat=True))
    return [run.pk in known for run in found]


def test_a_finished_run_is_forgotten_with_everything_of_it(editor: User, ledger: Ledger):
    """Part 3, 10: pruning in small batches."""
    nodes = ("a", "noop"), ("call", "http-request", {"config": {"url": ledger.url()}}), ("bad", "fail")
    run = runs.finished_run(editor, *nodes, idempotency_key="k")
    kept = runs.finished_run(editor)
    resolve_run(run.pk, user=editor, reason="")
    Slot.objects.create(workflow_id=run.workflow_id, key="", execution=run)
    trigger = Trigger.objects.create(workflow_id=run.workflow_id)
    fire = ScheduleFire.objects.create(trigger=trigger, due_at=run.created_at, execution=run, outcome="started")
    Execution.objects.filter(pk=kept.pk).update(retry_of=run, parent_step=step(run, "a"))

    assert prune(29) == 0
    Execution.objects.filter(pk=kept.pk).update(status="paused", finished_at=None)
    assert prune(31) == 1

    assert there(run, kept) == [False, True]
    fire.refresh_from_db()
    kept.refresh_from_db()
    assert (fire.execution_id, kept.retry_of_id, kept.parent_step_id) == (None, None, None)
    for model in (Step, ExecutionEvent, IdempotencyKey, SideEffect, Slot):
        assert not model.objects.filter(execution_id=run.pk).exists()
    assert (StepData.objects.count(), Attempt.objects.count()) == (2, 2), "those of the other run"
    assert not DeadLetterResolution.objects.exists()


@pytest.mark.parametrize("state", ["running", "paused", "waiting"])
def test_an_open_run_is_never_forgotten(editor: User, state: str):
    what = definition([("a", "delay", {"config": {"seconds": 3600}})]) if state == "waiting" else driving.chain(2)
    run = driving.start(editor, what)
    if state == "paused":
        services.pause(execution_id=run.pk)
    if state == "waiting":
        drain()
    assert prune(1000) == 0
    assert there(run) == [True]


def test_a_workflow_says_itself_how_long_its_runs_are_kept(editor: User):
    """Part 3, 10: retention per workflow."""
    brief = driving.start(editor, definition([("a", "noop")], retentionDays=7))
    forever = driving.start(editor, definition([("a", "noop")], retentionDays=0))
    usual = driving.start(editor, definition([("a", "noop")]))
    drain()
    assert prune(8) == 1
    assert there(brief, forever, usual) == [False, True, True]
    assert prune(31) == 1
    assert there(forever, usual) == [True, False]
    assert prune(10_000) == 0


def test_the_published_version_counts_also_for_earlier_runs(editor: User):
    run = driving.start(editor, definition([("a", "noop")], retentionDays=7))
    drain()
    scenes.replace(run, editor, definition([("a", "noop")], retentionDays=70))
    scenes.replace(run, editor, definition([("a", "noop")], retentionDays=1), draft=True)
    assert prune(40) == 0
    assert prune(71) == 1


def test_the_installation_may_keep_everything(editor: User, settings: Any):
    settings.EXECUTION_RETENTION_DAYS = 0
    brief = driving.start(editor, definition([("a", "noop")], retentionDays=7))
    usual = runs.finished_run(editor)
    drain()
    assert prune(1000) == 1
    assert there(brief, usual) == [False, True]


def test_runs_of_a_deleted_workflow_are_forgotten_too(editor: User):
    run = runs.finished_run(editor)
    workflows.delete(workflow_id=run.workflow_id, user=editor)
    assert prune(31) == 1


def test_a_run_stays_for_as_long_as_its_idempotency_key_counts(editor: User):
    """A repeated call must find it, whatever the workflow says."""
    flow = driving.workflow(editor, definition([("a", "noop")], retentionDays=0.5))
    target = workflows.startable(flow.pk, editor)
    run, _created = services.start(target=target, user=editor, idempotency_key="k")
    drain()
    with scenes.later(0.6 * DAY):
        assert pruning.prune_finished() == 0
        assert services.start(target=target, user=editor, idempotency_key="k") == (run, False)
    assert prune(1.1) == 1


def test_a_run_that_somebody_still_cares_for_stays(editor: User):
    """A parent that is open may read the results of its child; what has to be done after an end is done first."""
    parent = driving.start(editor, definition([("a", "delay", {"config": {"seconds": 3600}})]))
    drain()
    child, cared = runs.finished_run(editor), runs.finished_run(editor)
    Execution.objects.filter(pk=child.pk).update(parent_step=step(parent, "a"))
    Execution.objects.filter(pk=cared.pk).update(aftercare=True)
    assert prune(31) == 0
    services.stop(execution_id=parent.pk)
    Execution.objects.filter(pk=cared.pk).update(aftercare=False)
    assert prune(40) == 3


def test_a_tick_forgets_a_bounded_number(editor: User):
    flow = runs.workflow(editor)
    started = [runs.start(flow, editor) for _ in range(7)]
    drain()
    assert prune(31, batch_runs=2, most=4) == 4
    assert there(*started) == [False] * 4 + [True] * 3, "the oldest first"
    assert prune(31, batch_lines=1, most=1) == 1, "one run at least"
    assert prune(31, batch_lines=1) == 2


def test_every_column_that_points_at_a_run_or_a_step_is_thought_of():
    """A new table must say what becomes of its rows, or pruning would stop at them."""
    pointing = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in (Execution, Step)
    }
    assert pointing == pruning.DELETIONS.keys()
