"""Starts at once with each other, with the end of their process, with the deletion of their workflow."""

from __future__ import annotations

import pytest

from executions import services
from executions.errors import IdempotencyMismatch, WorkflowBusy
from executions.models import Execution
from tests.integration.executions.driving import chain, drain, status, workflow
from tests.races.stage import die
from workflows import services as workflows
from workflows.errors import NotPublished, WorkflowNotFound


@pytest.fixture
def flow(anna):
    return workflow(anna, chain(2))


@pytest.fixture
def begin(flow, anna):
    """A start with a key, as many clients may send it."""
    target = workflows.startable(flow.id, anna)
    return lambda **options: services.start(**{"target": target, "user": anna, "idempotency_key": "k", **options})


def test_of_two_starts_with_one_key_the_second_gets_the_run_of_the_first(stage, begin):
    """R8: it waits for the key until the first has committed."""
    first = stage.acts(begin, stops="start.before_commit").at("start.before_commit")
    second = stage.acts(begin).blocked()
    (run, fresh), (same, again) = first.result(), second.result()
    assert (run.id, fresh, again) == (same.id, True, False)
    assert Execution.objects.count() == 1


def test_of_two_starts_with_one_key_and_other_data_the_second_is_refused(stage, begin):
    """R8: a key stands for one request."""
    first = stage.acts(begin, stops="start.before_commit").at("start.before_commit")
    second = stage.acts(lambda: begin(input_data={"other": 1})).blocked()
    first.result()
    with pytest.raises(IdempotencyMismatch):
        second.result()
    assert Execution.objects.count() == 1


def test_a_start_whose_process_dies_before_its_commit_leaves_its_key_to_the_next(stage, begin):
    """R8: nothing of it is there, so the second one makes the run."""
    first = stage.acts(begin, stops="start.before_commit").at("start.before_commit")
    second = stage.acts(begin).blocked()
    first.kill()
    run, fresh = second.result()
    assert fresh
    assert list(Execution.objects.values_list("id", flat=True)) == [run.id]


def test_a_start_whose_process_dies_after_its_commit_is_found_by_its_key(stage, begin):
    """R8: the caller heard nothing and asks again."""
    stage.acts(begin, start__after_commit=die).killed()
    run, fresh = begin()
    assert not fresh
    drain()
    assert status(run) == "succeeded"
    assert Execution.objects.count() == 1


def test_a_workflow_is_not_deleted_under_a_start(stage, begin, flow, anna):
    """R8: the deletion waits, and sees the run that has come into being."""
    starting = stage.acts(begin, stops="start.before_commit").at("start.before_commit")
    deleting = stage.acts(lambda: workflows.delete(workflow_id=flow.id, user=anna)).blocked()
    run, _fresh = starting.result()
    with pytest.raises(WorkflowBusy):
        deleting.result()
    drain()
    assert status(run) == "succeeded"


def test_a_start_that_waits_for_the_deletion_of_its_workflow_is_refused(stage, begin, flow, anna):
    """R8: the workflow was there when it was looked up."""
    deleting = stage.unfinished(lambda: workflows.delete(workflow_id=flow.id, user=anna))
    starting = stage.acts(begin).blocked()
    deleting.result()
    with pytest.raises(WorkflowNotFound):
        starting.result()
    assert not Execution.objects.exists()


def test_a_workflow_is_not_unpublished_under_a_start(stage, begin, flow, anna):
    """The start came first: its run goes on, and the next one is refused."""
    starting = stage.acts(begin, stops="start.before_commit").at("start.before_commit")
    unpublishing = stage.acts(lambda: workflows.unpublish(workflow_id=flow.id, user=anna)).blocked()
    run, _fresh = starting.result()
    unpublishing.result()
    drain()
    assert status(run) == "succeeded"
    with pytest.raises(NotPublished):
        begin(idempotency_key="another")


def test_a_start_that_waits_for_the_end_of_a_publication_is_refused(stage, flow, anna):
    """With and without a key: what was published when it was looked up is not when the run is written."""
    target = workflows.startable(flow.id, anna)
    unpublishing = stage.unfinished(lambda: workflows.unpublish(workflow_id=flow.id, user=anna))
    starts = [
        stage.acts(lambda key=key: services.start(target=target, user=anna, idempotency_key=key)).blocked()
        for key in (None, "k")
    ]
    unpublishing.result()
    for one in starts:
        with pytest.raises(NotPublished):
            one.result()
    assert not Execution.objects.exists()


def test_two_starts_without_a_key_do_not_wait_for_each_other(stage, flow, anna):
    """R11: they hold the workflow together, against its deletion only."""
    target = workflows.startable(flow.id, anna)
    first = stage.unfinished(lambda: services.start(target=target, user=anna))
    services.start(target=target, user=anna)
    first.result()
    assert Execution.objects.count() == 2
