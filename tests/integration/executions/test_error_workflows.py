"""A failed run starts the workflow that its own workflow, or the installation, has for failures."""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts import clock
from executions import services, sweeps
from executions.models import Execution, ExecutionEvent
from executions.services import aftercare
from integrations import relay
from tests.integration.executions.driving import definition, drain, items, start, status, step, workflow

BOOM = ("boom", "fail", {"config": {"message": "no"}})


def settle() -> None:
    """Everything that worker and ticker would do."""
    while drain() or aftercare.look_after_ended():
        pass


def reactions() -> list[Execution]:
    return list(Execution.objects.filter(origin="error"))


def test_the_workflow_named_by_the_failed_one_is_started_with_what_went_wrong(anna: Any) -> None:
    mender = workflow(anna, definition([("note", "noop")]), "Mender")

    run = start(anna, definition([BOOM], errorWorkflow=mender.code), input_data={"n": 1})
    settle()

    (reaction,) = reactions()
    assert (status(run), status(reaction)) == ("failed", "succeeded")
    (told,) = items(reaction, "note")
    assert told["execution"]["id"] == str(run.pk)
    assert told["execution"]["inputData"] == {"n": 1}
    assert told["error"]["code"] == "failed_on_purpose"
    assert told["error"]["details"]["nodeId"] == "boom"
    assert ExecutionEvent.objects.get(execution=run, type="error_workflow.started").payload["executionId"] == str(
        reaction.pk
    )


def test_the_workflow_of_the_installation_is_started_where_none_is_named(anna: Any, settings: Any) -> None:
    mender = workflow(anna, definition([("note", "noop")]), "Mender")
    settings.ERROR_WORKFLOW = mender.code

    start(anna, definition([BOOM]))
    settle()

    assert [run.workflow_id for run in reactions()] == [mender.id]


def test_a_reaction_that_fails_starts_no_other(anna: Any, settings: Any) -> None:
    breaker = workflow(anna, definition([BOOM]), "Breaker")
    settings.ERROR_WORKFLOW = breaker.code

    start(anna, definition([BOOM]))
    settle()

    (reaction,) = reactions()
    assert status(reaction) == "failed"


def test_a_run_that_is_retried_and_fails_again_is_told_again(anna: Any) -> None:
    mender = workflow(anna, definition([("note", "noop")]), "Mender")
    run = start(anna, definition([BOOM], errorWorkflow=mender.code))
    settle()

    services.retry_step(execution_id=run.pk, step_id=step(run, "boom").id, user=anna)
    settle()

    assert len(reactions()) == 2


def test_a_workflow_that_listens_for_failures_is_told_again_of_a_run_that_fails_again(anna: Any) -> None:
    listener = definition([("caught", "trigger-error", {"config": {"listen": "project"}})])
    mender = workflow(anna, listener, "Mender")
    run = start(anna, definition([BOOM], errorWorkflow=mender.code))
    for number in (1, 2):
        settle()
        while relay.deliver_due(queue="system"):
            settle()
        assert len(reactions()) == number
        if number == 1:
            services.retry_step(execution_id=run.pk, step_id=step(run, "boom").id, user=anna)


def test_a_missed_deadline_is_a_failure_and_a_stop_is_none(anna: Any) -> None:
    mender = workflow(anna, definition([("note", "noop")]), "Mender")
    nap = ("nap", "delay", {"config": {"seconds": 600}})
    run = start(anna, definition([nap], errorWorkflow=mender.code, deadlineSeconds=60))
    services.stop(execution_id=run.pk, user=anna)
    settle()
    assert reactions() == []

    late = start(anna, definition([nap], errorWorkflow=mender.code, deadlineSeconds=60))
    clock.shift(connection, 61)
    sweeps.end_overdue()
    settle()
    assert (status(late), len(reactions())) == ("failed", 1)


def test_an_error_workflow_that_is_not_there_is_noted_in_the_journal(anna: Any) -> None:
    run = start(anna, definition([BOOM], errorWorkflow="NOWHERE"))
    settle()
    line = ExecutionEvent.objects.get(execution=run, type="error_workflow.refused")
    assert (line.level, line.payload["error"]["code"]) == ("error", "not_found")


def test_a_failure_is_told_once_however_many_look_after_it(anna: Any) -> None:
    mender = workflow(anna, definition([("note", "noop")]), "Mender")
    run = start(anna, definition([BOOM], errorWorkflow=mender.code))
    settle()

    assert aftercare.look_after(run.pk) is False
    assert len(reactions()) == 1
