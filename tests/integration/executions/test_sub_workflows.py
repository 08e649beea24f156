"""A step that starts other runs: waiting for them or not, what they give back, and what happens to them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Project
from executions import services
from executions.models import Execution, ExecutionEvent
from executions.services import aftercare, children
from executions.shapes import spoken
from integrations import relay
from tests.integration.executions.driving import (
    definition,
    drain,
    items,
    journal,
    person,
    start,
    status,
    statuses,
    step,
    workflow,
)
from tests.integration.runs import client
from workflows import services as workflows
from workflows.models import Workflow


def caller(code: str, **config: Any) -> dict[str, Any]:
    """A step that gives items, one that calls, one after it."""
    call = {"config": {"workflow": code, **config}}
    return definition([("call", "sub-workflow", call), ("after", "noop")], [("call", "after")])


def child_of(run: Execution) -> Execution:
    return Execution.objects.get(parent_step__execution=run)


def settle() -> None:
    """Everything that worker and ticker would do."""
    while drain() or aftercare.look_after_ended():
        pass


def test_a_step_waits_for_the_run_that_it_started_and_hands_on_its_result(anna: Any) -> None:
    """S1-11: the synchronous variant and its return value."""
    inner = workflow(anna, definition([("a", "noop"), ("b", "noop")], [("a", "b")]), "Inner")

    run = start(anna, caller(inner.code), input_data={"n": 1}, priority=8)
    drain()

    child = child_of(run)
    assert status(run) == status(child) == "succeeded"
    assert items(run, "call") == [{"n": 1}]
    assert (child.origin, child.awaited, child.depth, child.priority) == ("subworkflow", True, 1, 8)
    assert child.parent_step_id == step(run, "call").id


def test_each_item_has_a_run_of_its_own_and_the_results_keep_their_order(anna: Any) -> None:
    inner = workflow(anna, definition([("a", "noop")]), "Inner")
    many = definition(
        [
            ("each", "loop", {"config": {"batchSize": 3}}),
            ("body", "noop"),
            ("call", "sub-workflow", {"config": {"workflow": inner.code, "inputData": {"was": "{{ $json.n }}"}}}),
        ],
        [("each", "body", "loop"), ("body", "each"), ("each", "call", "done")],
    )
    given = {"n": 1}

    run = start(anna, many, input_data=given)
    settle()

    assert status(run) == "succeeded"
    assert items(run, "call") == [{"was": 1}]


def test_one_run_may_take_all_items(anna: Any) -> None:
    inner = workflow(anna, definition([("a", "noop")]), "Inner")

    run = start(anna, caller(inner.code, mode="once"), input_data={"n": 1})
    settle()

    assert child_of(run).input_data == {"items": [{"n": 1}]}
    assert items(run, "call") == [{"items": [{"n": 1}]}]


def test_fire_and_forget_goes_on_at_once_and_ends_before_the_run_it_started(anna: Any) -> None:
    """S1-9: the child sleeps, and the calling step and its run end before it."""
    inner = workflow(anna, definition([("nap", "delay", {"config": {"seconds": 10}})]), "Inner")

    run = start(anna, caller(inner.code, wait=False))
    settle()

    child = child_of(run)
    assert (status(run), status(child)) == ("succeeded", "running")
    assert items(run, "after") == [{"executionId": str(child.pk), "workflow": inner.code}]


def test_the_failure_of_a_forgotten_run_is_told_to_its_parent_and_does_not_touch_it(anna: Any) -> None:
    """R3-4, S1-10: the child is linked and its failure visible; the parent neither fails nor waits."""
    inner = workflow(anna, definition([("boom", "fail", {"config": {"message": "no"}})]), "Inner")

    run = start(anna, caller(inner.code, wait=False))
    settle()

    child = child_of(run)
    assert (status(run), status(child)) == ("succeeded", "failed")
    line = ExecutionEvent.objects.get(execution=run, type="child.failed")
    assert (line.level, line.payload["executionId"]) == ("error", str(child.pk))
    assert journal(run)[-1] == "child.failed"


def test_a_failed_child_fails_the_step_that_waits_for_it(anna: Any) -> None:
    """R3-4."""
    inner = workflow(anna, definition([("boom", "fail", {"config": {"message": "no"}})]), "Inner")

    run = start(anna, caller(inner.code))
    settle()

    assert status(run) == "failed"
    assert run.error["code"] == "child_failed"
    assert run.error["details"]["executionId"] == str(child_of(run).pk)
    assert spoken(run.error)["message"] == "Вложенный запуск не завершился успешно: no"


def test_a_failed_child_leaves_by_the_error_port_where_there_is_one(anna: Any) -> None:
    inner = workflow(anna, definition([("boom", "fail", {"config": {"message": "no"}})]), "Inner")
    call = {"config": {"workflow": inner.code}, "settings": {"onError": "error_port"}}
    what = definition([("call", "sub-workflow", call), ("mend", "noop")], [("call", "mend", "error")])

    run = start(anna, what, input_data={"n": 1})
    settle()

    assert status(run) == "succeeded"
    (told,) = items(run, "mend")
    assert (told["error"]["code"], told["item"]) == ("child_failed", {"n": 1})


def test_workflows_that_start_each_other_are_stopped_at_a_depth(anna: Any, settings: Any) -> None:
    """S1-12: a workflow that calls itself comes to an end that says why."""
    settings.SUBWORKFLOW_MAX_DEPTH = 3
    own = workflow(anna, caller("LOOP"), "Recursive")
    own.code = "LOOP"
    own.save(update_fields=["code"])

    run, _new = services.start(target=workflows.startable(own.id, anna), user=anna)
    settle()

    assert status(run) == "failed"
    deepest = Execution.objects.order_by("-depth").first()
    assert deepest is not None
    assert (deepest.depth, deepest.error["code"]) == (3, "too_deep")


def test_only_who_may_start_a_workflow_may_start_it_through_another_one(anna: Any) -> None:
    """S1-12: the caller's identity decides."""
    secret = workflow(anna, definition([("a", "noop")]), "Secret")
    elsewhere = Project.objects.create(code="other", name="Other")
    Workflow.objects.filter(id=secret.id).update(project=elsewhere)
    boris = person("boris", "editor")

    run = start(boris, caller(secret.code))
    settle()

    assert status(run) == "failed"
    assert run.error["details"]["reason"] == "not_found"
    assert Execution.objects.count() == 1


def test_a_workflow_that_is_not_there_fails_the_step_and_names_it(anna: Any) -> None:
    run = start(anna, caller("NOWHERE"))
    settle()

    assert status(run) == "failed"
    assert run.error["code"] == "child_not_started"
    assert run.error["details"]["workflow"] == "NOWHERE"


def test_stopping_a_run_stops_what_its_steps_wait_for_and_not_what_they_forgot(anna: Any) -> None:
    inner = workflow(anna, definition([("nap", "delay", {"config": {"seconds": 60}})]), "Inner")
    awaiting = start(anna, caller(inner.code))
    forgetting = start(anna, caller(inner.code, wait=False))
    drain()

    services.stop(execution_id=awaiting.pk, user=anna)
    settle()

    assert status(child_of(awaiting)) == "stopped"
    assert status(child_of(forgetting)) == "running"


def test_pausing_and_resuming_a_run_reaches_what_its_steps_wait_for(anna: Any) -> None:
    inner = workflow(anna, definition([("nap", "delay", {"config": {"seconds": 60}})]), "Inner")
    run = start(anna, caller(inner.code))
    drain()
    child = child_of(run)

    services.pause(execution_id=run.pk, user=anna)
    children.follow({"executionId": str(run.pk)})
    assert status(child) == "paused"

    services.resume(execution_id=run.pk, user=anna)
    children.follow({"executionId": str(run.pk)})
    assert status(child) == "running"


def test_a_child_that_a_person_has_paused_is_not_resumed_with_its_parent(anna: Any) -> None:
    inner = workflow(anna, definition([("nap", "delay", {"config": {"seconds": 60}})]), "Inner")
    run = start(anna, caller(inner.code))
    drain()
    child = child_of(run)
    services.pause(execution_id=child.pk, user=anna)

    services.pause(execution_id=run.pk, user=anna)
    services.resume(execution_id=run.pk, user=anna)
    children.follow({"executionId": str(run.pk)})

    assert status(child) == "paused"


def test_a_child_that_ends_while_its_parent_is_paused_is_taken_up_after_the_resume(anna: Any) -> None:
    inner = workflow(anna, definition([("a", "noop")]), "Inner")
    run = start(anna, caller(inner.code))
    drain(until=1)
    services.pause(execution_id=run.pk, user=anna)
    settle()
    assert statuses(run)["call"] == "held"

    services.resume(execution_id=run.pk, user=anna)
    settle()

    assert status(run) == "succeeded"


def test_a_child_that_is_let_in_while_its_parent_is_paused_goes_on_after_the_resume(anna: Any) -> None:
    """It waited for its place when the pause came, so the pause passed it by."""
    inner = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}), "Inner")
    other = services.start(target=workflows.startable(inner.id, anna), user=anna)[0]
    services.pause(execution_id=other.pk, user=anna)
    run = start(anna, caller(inner.code))
    settle()
    child = child_of(run)
    services.pause(execution_id=run.pk, user=anna)
    relay.deliver_due()
    assert status(child) == "queued"

    services.stop(execution_id=other.pk, user=anna)
    aftercare.look_after_ended()
    relay.deliver_due()
    assert status(child) == "paused"

    services.resume(execution_id=run.pk, user=anna)
    relay.deliver_due()
    settle()
    assert status(run) == status(child) == "succeeded"


def test_a_retried_step_starts_a_new_child(anna: Any) -> None:
    inner = workflow(anna, definition([("boom", "fail", {"config": {"message": "no", "times": 1}})]), "Inner")
    run = start(anna, caller(inner.code))
    settle()
    assert status(run) == "failed"

    services.retry_step(execution_id=run.pk, step_id=step(run, "call").id, user=anna)
    settle()

    assert Execution.objects.filter(parent_step__execution=run).count() == 2


def test_a_retry_of_what_comes_before_a_waiting_step_stops_the_run_that_it_waited_for(anna: Any) -> None:
    """It would go on beside the one that the step starts anew."""
    nap = definition([("nap", "wait-event", {"config": {"event": "order.paid"}})])
    inner = workflow(anna, nap, "Inner")
    what = definition([("a", "noop"), ("call", "sub-workflow", {"config": {"workflow": inner.code}})], [("a", "call")])
    run = start(anna, what, input_data={"n": 1})
    settle()
    former = child_of(run)

    services.pause(execution_id=run.pk)
    relay.deliver_due()
    services.retry_step(execution_id=run.pk, step_id=step(run, "a").id, force=True)
    services.resume(execution_id=run.pk)
    relay.deliver_due()
    settle()

    assert status(former) == "stopped"
    (anew,) = Execution.objects.open().filter(parent_step__execution=run)
    assert (status(run), step(run, "call").wake) == ("running", {"children": [str(anew.pk)]})


def test_the_end_of_a_child_that_nobody_saw_is_found_by_the_ticker(anna: Any) -> None:
    """R3-4."""
    inner = workflow(anna, definition([("a", "noop")]), "Inner")
    run = start(anna, caller(inner.code))
    drain()
    Execution.objects.filter(pk=child_of(run).pk).update(aftercare=True)  # as if nobody had looked after it

    assert aftercare.look_after_ended() >= 1
    assert aftercare.look_after_ended() == 0
    assert status(run) == "succeeded"


def test_a_run_started_by_a_step_names_it_and_is_found_by_it(anna: Any) -> None:
    """S1-10: parent and child are linked, both ways."""
    inner = workflow(anna, definition([("a", "noop")]), "Inner")
    run = start(anna, caller(inner.code))
    settle()

    listed = client(anna).get(f"/api/v1/executions?parentExecutionId={run.pk}").json()

    (told,) = listed["results"]
    assert (told["parentExecutionId"], told["parentStepId"]) == (str(run.pk), str(step(run, "call").id))
    assert (told["origin"], told["awaited"]) == ("subworkflow", True)
    assert client(anna).get("/api/v1/executions?origin=manual").json()["count"] == 1


def test_a_workflow_that_starts_itself_is_pointed_out_when_it_is_saved(anna: Any) -> None:
    """S1-12: a self-trigger is detected; it may be meant, so it is a warning."""
    particulars = workflows.Particulars(name="Ouroboros", code="OWN")
    made = workflows.create_workflow(user=anna, particulars=particulars, definition=caller("OWN"))

    assert made.newest_version is not None
    assert [(found["code"], found["severity"]) for found in made.newest_version.problems] == [
        ("starts_itself", "warning")
    ]
    assert made.active_version_id is not None


@pytest.mark.parametrize(
    ("between", "limits", "wait", "warned"),
    [
        ((), (1, 1), True, True),
        (("MIDDLE",), (1, 1), True, True),
        ((), (1, None), True, False),  # a run that stands under its own limit above it needs no place
        ((), (1, 1), False, False),
    ],
)
def test_workflows_that_await_each_other_under_limits_are_pointed_out(
    anna: Any, between: tuple[str, ...], limits: tuple[int | None, int | None], wait: bool, warned: bool
) -> None:
    """Their runs could wait for each other's places until a deadline; it is a warning, since they may never meet."""
    names = ["ONE", *between, "TWO"]
    for name, then in zip(names, [*names[1:], "ONE"], strict=True):
        limit = {"ONE": limits[0], "TWO": limits[1]}.get(name)
        call = {"config": {"workflow": then, "wait": wait}}
        settings: dict[str, Any] = {} if limit is None else {"concurrency": {"limit": limit}}
        made = workflows.create_workflow(
            user=anna,
            particulars=workflows.Particulars(name=f"Flow {name}", code=name),
            definition=definition([("call", "sub-workflow", call)], **settings),
        )
    assert made.newest_version is not None
    found = [
        (one["code"], one["severity"], one["nodeId"], one["params"]["workflow"]) for one in made.newest_version.problems
    ]
    closing = [("waits_in_circle", "warning", "call", "Flow ONE")]
    assert found == (closing if warned else [])


def test_a_run_that_was_retried_before_its_end_was_looked_after_keeps_its_new_children(anna: Any) -> None:
    inner = workflow(anna, definition([("nap", "delay", {"config": {"seconds": 600}})]), "Inner")
    run = start(anna, caller(inner.code))
    drain()
    services.stop(execution_id=run.pk, user=anna)
    services.retry_step(execution_id=run.pk, step_id=step(run, "call").id, user=anna)
    drain()

    assert aftercare.look_after(run.pk) is False

    newest = Execution.objects.filter(parent_step__execution=run).latest("created_at")
    assert (status(run), status(newest)) == ("running", "running")
