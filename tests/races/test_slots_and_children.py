"""The end of a run among others: its slot, the step that waits for it, the people who stop and retry."""

from __future__ import annotations

from typing import Any

from executions import pruning, runner, services, sweeps
from executions.models import Execution, Slot
from executions.services import admission, aftercare
from tests.integration.executions.driving import definition, drain, leases, start, status, statuses, step, workflow
from tests.races.stage import die
from workflows import services as workflows

DAY = 24 * 3600.0


def begin(flow: Any, user: Any) -> Execution:
    return services.start(target=workflows.startable(flow.id, user), user=user)[0]


def works() -> int:
    """A worker that runs one step, and looks after the run that ends with it."""
    return runner.drain("cpu", leases(), seconds=60, steps=1)


def parent_of(user: Any, inner: dict[str, Any], **config: Any) -> Execution:
    """A run whose step has started others and waits for them."""
    code = workflow(user, inner, "Inner").code
    run = start(user, definition([("call", "sub-workflow", {"config": {"workflow": code, **config}})]))
    works()
    return run


def test_a_worker_that_dies_at_the_end_of_a_run_leaves_its_slot_to_the_ticker(stage, anna):
    """R3-8."""
    flow = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}))
    first, second = begin(flow, anna), begin(flow, anna)
    stage.acts(works, stops="aftercare.locked").at("aftercare.locked").kill()
    assert (status(first), status(second)) == ("succeeded", "queued")
    aftercare.look_after_ended()
    assert (status(second), Slot.objects.get().execution_id) == ("running", second.id)


def test_two_who_let_in_at_once_do_not_exceed_the_limit(stage, anna):
    flow = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}))
    first, second, third = (begin(flow, anna) for _number in range(3))
    services.stop(execution_id=first.id)
    Slot.objects.all().delete()  # as when its run has ended, and nobody has been let in yet
    one = stage.acts(admission.admit_waiting, stops="admission.locked").at("admission.locked")
    other = stage.acts(admission.admit_waiting).blocked()
    assert one.result() + other.result() == 1
    assert sorted([status(second), status(third)]) == ["queued", "running"]


def test_a_start_that_meets_an_admission_waits_behind_those_who_wait_already(stage, anna):
    flow = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}))
    first, second = begin(flow, anna), begin(flow, anna)
    services.stop(execution_id=first.id)
    letting_in = stage.acts(aftercare.look_after_ended, stops="admission.locked").at("admission.locked")
    starting = stage.acts(lambda: begin(flow, anna)).blocked()
    letting_in.result()
    third = starting.result()
    assert (status(second), status(third)) == ("running", "queued")


def test_a_run_that_is_retried_before_its_end_is_looked_after_keeps_its_slot(stage, anna):
    flow = workflow(anna, definition([("a", "fail", {"config": {"message": "no"}})], concurrency={"limit": 1}))
    first, second = begin(flow, anna), begin(flow, anna)
    stage.acts(works, stops="aftercare.locked").at("aftercare.locked").kill()
    services.retry_step(execution_id=first.id, step_id=step(first, "a").id)
    aftercare.look_after_ended()
    assert (status(first), status(second)) == ("running", "queued")


def test_a_retry_waits_for_who_looks_after_the_end_and_then_for_a_place(stage, anna):
    flow = workflow(anna, definition([("a", "fail", {"config": {"message": "no"}})], concurrency={"limit": 1}))
    first, second = begin(flow, anna), begin(flow, anna)
    working = stage.acts(works, stops="aftercare.locked").at("aftercare.locked")
    retrying = stage.acts(lambda: services.retry_step(execution_id=first.id, step_id=step(first, "a").id)).blocked()
    working.result()
    retrying.result()
    assert sorted([status(first), status(second)]) == ["queued", "running"]
    assert Slot.objects.count() == 1


def test_a_retry_that_waits_in_line_has_its_whole_time_from_when_it_is_let_in(stage, anna):
    """R7: its first deadline has passed long ago."""
    flow = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}, deadlineSeconds=60))
    first = begin(flow, anna)
    services.stop(execution_id=first.id)
    stage.later(61)
    aftercare.look_after_ended()
    second = begin(flow, anna)
    services.retry_step(execution_id=first.id, step_id=step(first, "a").id)
    assert sweeps.end_overdue() == 0
    drain()
    assert (status(second), status(first)) == ("succeeded", "succeeded")
    assert Execution.objects.get(id=first.id).deadline_at is not None


def test_a_stop_that_meets_an_admission_leaves_no_slot_behind(stage, anna):
    flow = workflow(anna, definition([("a", "noop")], concurrency={"limit": 1}))
    first, second = begin(flow, anna), begin(flow, anna)
    stopping = stage.unfinished(lambda: services.stop(execution_id=second.id))
    services.stop(execution_id=first.id)
    aftercare.look_after_ended()
    stopping.result()
    aftercare.look_after_ended()
    assert (status(second), Slot.objects.count()) == ("stopped", 0)


def test_the_last_of_two_children_that_end_at_once_wakes_the_step(stage, anna):
    code = workflow(anna, definition([("a", "noop")]), "Inner").code
    call = ("call", "sub-workflow", {"config": {"workflow": code}})
    run = start(anna, definition([("one", "noop"), ("two", "noop"), call], [("one", "call"), ("two", "call")]))
    while statuses(run)["call"] != "waiting":
        works()
    first = stage.acts(works, stops="aftercare.locked").at("aftercare.locked")
    second = stage.acts(works, stops="aftercare.locked").at("aftercare.locked")
    first.result()
    second.result()
    assert statuses(run)["call"] == "ready"
    drain()
    assert status(run) == "succeeded"


def test_a_child_that_ends_while_its_parent_is_stopped_changes_nothing(stage, anna):
    run = parent_of(anna, definition([("a", "noop")]))
    ending = stage.acts(works, stops="aftercare.locked").at("aftercare.locked")
    services.stop(execution_id=run.id)
    ending.result()
    aftercare.look_after_ended()
    assert (status(run), statuses(run)) == ("stopped", {"call": "cancelled"})


def test_a_child_that_waits_for_the_stop_of_its_parent_does_not_wake_it(stage, anna):
    run = parent_of(anna, definition([("a", "noop")]))
    stopping = stage.unfinished(lambda: services.stop(execution_id=run.id))
    ending = stage.acts(works).blocked()
    stopping.result()
    ending.result()
    assert statuses(run) == {"call": "cancelled"}


def test_a_parent_that_dies_while_it_starts_children_leaves_none(stage, anna):
    code = workflow(anna, definition([("a", "noop")]), "Inner").code
    run = start(anna, definition([("call", "sub-workflow", {"config": {"workflow": code}})]))
    stage.acts(works, stops="finish.before_commit").at("finish.before_commit").kill()
    assert Execution.objects.count() == 1
    assert statuses(run) == {"call": "running"}


def test_the_broom_leaves_a_parent_to_which_the_end_of_its_child_is_being_told(stage, anna, settings):
    """Each would wait for what the other holds: an end is told from the child to the parent."""
    settings.EXECUTION_RETENTION_DAYS = 1
    code = workflow(anna, definition([("boom", "fail", {"config": {"message": "no"}})]), "Inner").code
    call = {"config": {"workflow": code, "wait": False}}
    parent = start(anna, definition([("call", "sub-workflow", call)]))
    working = stage.acts(lambda: works() and works(), aftercare__locked=die)
    working.killed()
    child = Execution.objects.get(parent_step__execution=parent)
    assert (status(parent), status(child)) == ("succeeded", "failed")
    stage.later(3 * DAY)
    telling = stage.acts(aftercare.look_after_ended, stops="aftercare.locked").at("aftercare.locked")
    sweeping = stage.acts(pruning.prune_finished)
    assert sweeping.result() == 0
    assert telling.result() == 1
    assert pruning.prune_finished() == 2


def test_a_failure_is_told_once_by_two_who_look_after_it(stage, anna):
    code = workflow(anna, definition([("note", "noop")]), "Mender").code
    start(anna, definition([("a", "fail", {"config": {"message": "no"}})], errorWorkflow=code))
    working = stage.acts(works, stops="aftercare.locked").at("aftercare.locked")
    ticking = stage.acts(aftercare.look_after_ended).blocked()
    working.result()
    assert ticking.result() == 0
    assert Execution.objects.filter(origin="error").count() == 1
