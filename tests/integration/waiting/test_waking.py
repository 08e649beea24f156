"""Waking one step that waits."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from executions import services
from executions.models import Execution
from executions.services.waking import wake
from tests.integration.executions.driving import definition, drain, items, journal, start, status, statuses, step

BY = {"by": "event", "payload": {"x": 1}}


def asleep(user: User) -> Execution:
    """A run whose first step sleeps for an hour."""
    run = start(
        user, definition([("wait", "delay", {"config": {"seconds": 3600}}), ("end", "noop")], [("wait", "end")])
    )
    drain()
    assert step(run, "wait").status == "waiting"
    return run


def woken(run: Execution, **options: Any) -> bool:
    return wake(execution_id=run.pk, step_id=step(run, "wait").pk, by=BY, **options)


def test_a_woken_step_goes_on_with_what_has_woken_it(anna: User) -> None:
    run = asleep(anna)
    assert woken(run)
    waking = step(run, "wait")
    assert (waking.status, waking.available_at, waking.wait_reason) == ("ready", None, None)
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{"x": 1}]


def test_a_step_is_woken_once(anna: User) -> None:
    run = asleep(anna)
    assert [woken(run), woken(run)] == [True, False]
    drain()
    assert woken(run) is False
    assert journal(run).count("step.succeeded") == 2


def test_a_step_of_a_paused_run_is_held_until_the_run_is_resumed(anna: User) -> None:
    run = asleep(anna)
    services.pause(execution_id=run.pk, user=anna)
    assert woken(run)
    assert drain() == 0
    assert statuses(run) == {"wait": "held", "end": "pending"}
    services.resume(execution_id=run.pk, user=anna)
    drain()
    assert (status(run), items(run, "end")) == ("succeeded", [{"x": 1}])


def test_a_stopped_run_is_not_woken(anna: User) -> None:
    run = asleep(anna)
    waiting = step(run, "wait").pk
    services.stop(execution_id=run.pk, user=anna)
    assert not wake(execution_id=run.pk, step_id=waiting, by=BY)
    assert statuses(run) == {"wait": "cancelled", "end": "cancelled"}


def test_a_wait_that_began_under_another_claim_is_not_ended(anna: User) -> None:
    run = asleep(anna)
    fence = step(run, "wait").fence
    assert woken(run, fence=fence - 1) is False
    assert woken(run, fence=fence)


def test_waking_is_undone_with_the_transaction_that_it_belongs_to(anna: User) -> None:
    run = asleep(anna)
    with transaction.atomic():
        assert woken(run)
        transaction.set_rollback(True)
    assert step(run, "wait").status == "waiting"
