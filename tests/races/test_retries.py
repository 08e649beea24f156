"""Retries at once with each other, with workers of earlier tries, with the broom."""

from __future__ import annotations

import pytest

from executions import pruning, services
from executions.errors import ExecutionNotFound, IllegalTransition
from executions.models import Execution
from executions.services import bulk, dead_letters, replaying
from executions.services.bulk import BulkAction
from tests.integration.executions.driving import chain, definition, drain, items, start, status, statuses, step
from tests.integration.executions.test_loops import each_item, many
from tests.races.moves import claim, finish, finishing, outcomes
from tests.races.stage import marks

DAY = 24 * 3600.0


def broken(anna) -> Execution:
    run = start(anna, definition([("a", "fail"), ("b", "noop")], [("a", "b")]))
    drain()
    assert status(run) == "failed"
    return run


def test_of_two_retries_of_a_step_one_is_accepted(stage, anna):
    """R7: the second one finds the run going on."""
    run = broken(anna)
    again = lambda: services.retry_step(execution_id=run.id, step_id=step(run, "a").id)  # noqa: E731
    first = stage.acts(again, stops="retry.locked").at("retry.locked")
    second = stage.acts(again).blocked()
    assert first.result().status == "running"
    with pytest.raises(IllegalTransition):
        second.result()
    assert (step(run, "a").epoch, marks(run.id)["step.retried"]) == (2, 1)


def test_of_a_retry_of_the_run_and_one_of_its_step_one_is_accepted(stage, anna):
    """R7: both take the run's lock before they look."""
    run = broken(anna)
    first = stage.acts(lambda: services.retry(execution_id=run.id, user=anna), stops="retry.locked").at("retry.locked")
    second = stage.acts(lambda: services.retry_step(execution_id=run.id, step_id=step(run, "a").id)).blocked()
    assert first.result().pk == run.id
    with pytest.raises(IllegalTransition):
        second.result()
    assert step(run, "a").epoch == 2


def test_of_two_retries_on_another_version_each_is_a_run_of_its_own(stage, anna):
    """R7: a run that is repeated as a new one is not touched, so nobody has to win."""
    run = broken(anna)
    wish = services.Wish(begin="start")
    first = stage.acts(lambda: services.retry(execution_id=run.id, user=anna, wish=wish), stops="retry.locked")
    first.at("retry.locked")
    second = stage.acts(lambda: services.retry(execution_id=run.id, user=anna, wish=wish)).blocked()
    runs = {first.result().pk, second.result().pk}
    assert len(runs) == 2
    assert run.id not in runs
    drain()


def test_a_worker_of_an_earlier_epoch_cannot_write_into_a_later_one(stage, anna):
    """R10: the step was stopped and retried while its node ran, and another worker has it now."""
    run = start(anna, chain(2))
    old = claim(worker="old")
    working = stage.acts(finishing(old), stops="step.after_effect").at("step.after_effect")
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id)
    new = claim(worker="new")
    assert (new.epoch, new.fence) == (2, old.fence + 1)
    assert working.result() is None
    assert statuses(run) == {"n0": "running", "n1": "pending"}
    finish(new)
    assert outcomes(run, "n0") == ["cancelled", "succeeded"]


def test_a_result_that_waits_for_a_retry_of_what_came_before_it_is_thrown_away(stage, anna):
    """R10: in a paused run a step may be retried while one after it runs, whose worker loses it."""
    run = start(anna, chain(2))
    finish(claim())
    working = stage.acts(finishing(claim()), stops="step.after_effect").at("step.after_effect")
    services.pause(execution_id=run.id)
    target = step(run, "n0").id
    retrying = stage.unfinished(lambda: services.retry_step(execution_id=run.id, step_id=target, force=True))
    working.go().blocked()
    retrying.result()
    assert working.result() is None
    assert statuses(run) == {"n0": "held", "n1": "pending"}
    services.resume(execution_id=run.id)
    drain()
    assert (status(run), outcomes(run, "n1")) == ("succeeded", ["cancelled", "succeeded"])


def test_a_worker_in_a_loop_that_is_retried_cannot_write_into_its_new_pass(stage, anna):
    """R10: the new pass takes over the row of the old one, and its fence goes on growing."""
    run = many(anna, each_item(), 1)
    finish(claim())
    old = claim(worker="old")
    assert old.node_id == "a"
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "each").id)
    finish(claim())
    new = claim(worker="new")
    assert (new.step_id, new.fence > old.fence) == (old.step_id, True)
    assert finish(old) is None
    finish(new)
    drain()
    assert (status(run), items(run, "end")) == ("succeeded", [{"n": 0}])


def test_a_dead_letter_that_two_people_replay_at_once_is_replayed_once(stage, anna):
    """R7: the second one is told that the run goes on already."""
    run = broken(anna)
    choice = dead_letters.Choice(ids=[step(run, "a").id])
    replay = lambda: replaying.replay([run.project_id], choice, user=anna)  # noqa: E731
    first = stage.acts(replay, stops="retry.locked").at("retry.locked")
    second = stage.acts(replay).blocked()
    assert first.result().done == 1
    tally = second.result()
    assert (tally.done, [code for _id, code in tally.failed]) == (0, ["illegal_transition"])
    assert step(run, "a").epoch == 2


def test_a_run_that_is_steered_alone_and_among_many_at_once_is_steered_once(stage, anna):
    """R7, R11: the one among many waits for that run only, and finds nothing left to do."""
    runs = [start(anna, chain(1)) for _run in range(3)]
    everything = Execution.objects.filter(id__in=[run.id for run in runs])
    alone = stage.acts(lambda: services.stop(execution_id=runs[1].id), stops="stop.locked").at("stop.locked")
    many_stops = stage.acts(lambda: bulk.steer(everything, BulkAction.STOP, user=anna)).blocked()
    assert status(runs[0]) == "stopped"
    alone.result()
    assert many_stops.result().done == 3
    assert [marks(run.id)["execution.stopped"] for run in runs] == [1, 1, 1]


def test_many_pauses_at_once_with_many_stops_end_in_stops(stage, anna):
    """R7: a run that was stopped while the pause of many came to it is passed over."""
    runs = [start(anna, chain(1)) for _run in range(2)]
    everything = Execution.objects.filter(id__in=[run.id for run in runs])
    pausing = stage.acts(lambda: bulk.steer(everything, BulkAction.PAUSE, user=anna), stops="pause.locked")
    pausing.at("pause.locked")
    assert bulk.steer(everything.filter(id=runs[1].id), BulkAction.STOP, user=anna).done == 1
    tally = pausing.result()
    assert (tally.done, [code for _id, code in tally.failed]) == (1, ["illegal_transition"])
    assert [status(run) for run in runs] == ["paused", "stopped"]


def test_the_broom_leaves_a_run_that_has_been_retried_since_it_looked(stage, anna, settings):
    """R9: under the lock the run must still have the end that the broom has seen."""
    settings.EXECUTION_RETENTION_DAYS = 1
    run = broken(anna)
    stage.later(3 * DAY)
    pruning_now = stage.acts(pruning.prune_finished, stops="prune.read_to_lock").at("prune.read_to_lock")
    services.retry_step(execution_id=run.id, step_id=step(run, "a").id)
    assert pruning_now.result() == 0
    assert statuses(run) == {"a": "ready", "b": "pending"}


def test_the_broom_leaves_a_run_that_is_being_retried(stage, anna, settings):
    """R9, R11: it passes over rows that somebody holds, and does not wait for them."""
    settings.EXECUTION_RETENTION_DAYS = 1
    run = broken(anna)
    stage.later(3 * DAY)
    retrying = stage.acts(lambda: services.retry(execution_id=run.id, user=anna), stops="retry.locked")
    retrying.at("retry.locked")
    assert pruning.prune_finished() == 0
    assert retrying.result().status == "running"


def test_a_retry_that_waits_for_the_broom_finds_nothing(stage, anna, settings):
    """R9: the run is gone as a whole."""
    settings.EXECUTION_RETENTION_DAYS = 1
    run = broken(anna)
    target = step(run, "a").id
    stage.later(3 * DAY)
    sweeping = stage.unfinished(pruning.prune_finished)
    retrying = stage.acts(lambda: services.retry_step(execution_id=run.id, step_id=target)).blocked()
    assert sweeping.result() == 1
    with pytest.raises(ExecutionNotFound):
        retrying.result()
    assert not Execution.objects.filter(id=run.id).exists()
