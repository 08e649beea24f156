"""Steps that end at once and come together in one: it begins exactly once, with what all of them brought."""

from __future__ import annotations

from executions.models import Step, StepData
from tests.integration.executions.driving import definition, drain, items, journal, start, status, statuses
from tests.integration.executions.test_loops import many
from tests.races.moves import claim, finish, finishing, outcomes
from tests.races.stage import hold, marks


def fork(*nodes: tuple, join: str) -> dict:
    """Two steps that begin together, and one after both; `nodes` are the two."""
    end = ("end", "noop", {"settings": {"join": join}})
    return definition([*nodes, end], [("a", "end"), ("b", "end")])


BOTH = (("a", "noop"), ("b", "noop"))


def test_two_parents_at_once_bring_their_join_about_once(stage, anna):
    """R3: neither reads the counter of the join; the second one adds to what the first has left."""
    run = start(anna, fork(*BOTH, join="all_resolved"))
    with hold(run):
        parents = [stage.acts(finishing(claim(), alone=False)).blocked() for _parent in BOTH]
    (following,) = filter(None, [parent.result().claimed for parent in parents])
    finish(following)
    assert status(run) == "succeeded"
    assert outcomes(run, "end") == ["succeeded"]
    assert items(run, "end") == [{}, {}]


def test_two_parents_at_once_begin_a_join_of_any_once(stage, anna):
    """R3: the first one begins it, the second one is only counted."""
    run = start(anna, fork(*BOTH, join="any"))
    first = stage.acts(finishing(claim(), alone=False), stops="finish.before_commit").at("finish.before_commit")
    second = stage.acts(finishing(claim(), alone=False)).blocked()
    following = first.result().claimed
    assert second.result().claimed is None
    finish(following)
    assert (status(run), outcomes(run, "end")) == ("succeeded", ["succeeded"])


def test_a_parent_that_ends_late_does_not_hide_its_join_from_who_claims_it(stage, anna):
    """R3, R9: the counters of a step that has begun are not written, so its row is free."""
    run = start(anna, fork(*BOTH, join="any"))
    early, slow = claim(), claim()
    finish(early)
    late = stage.acts(finishing(slow), stops="finish.before_commit").at("finish.before_commit")
    assert claim().node_id == "end"
    late.result()
    assert statuses(run)["end"] == "running"


def test_a_dead_branch_and_a_live_one_at_once_skip_a_join_that_wants_both(stage, anna):
    """R3: the one that comes last sees that the other has not fired."""
    handled = ("a", "fail", {"settings": {"onError": "error_port"}})
    run = start(anna, fork(handled, ("b", "noop"), join="all_live"))
    first = stage.acts(finishing(claim()), stops="finish.before_commit").at("finish.before_commit")
    second = stage.acts(finishing(claim())).blocked()
    first.result()
    assert second.result().ended
    assert (status(run), statuses(run)["end"]) == ("succeeded", "skipped")
    assert marks(run.id)["step.skipped"] == 1


def test_two_dead_branches_at_once_skip_everything_after_them_once(stage, anna):
    """R3: the collapse happens in the transaction of the second one."""
    handled = [(name, "fail", {"settings": {"onError": "error_port"}}) for name in "ab"]
    what = definition([*handled, ("end", "noop"), ("last", "noop")], [("a", "end"), ("b", "end"), ("end", "last")])
    run = start(anna, what)
    first = stage.acts(finishing(claim()), stops="finish.before_commit").at("finish.before_commit")
    second = stage.acts(finishing(claim())).blocked()
    first.result()
    second.result()
    assert (status(run), run.open_steps) == ("succeeded", 0)
    assert statuses(run) == {"a": "failed", "b": "failed", "end": "skipped", "last": "skipped"}
    assert marks(run.id)["step.skipped"] == 2


def test_the_last_two_steps_of_a_pass_at_once_go_round_once(stage, anna):
    """R3: the pass counts its open steps under the run's lock, and the one that ends it wakes the loop."""
    what = definition(
        [("start", "noop"), ("each", "loop"), ("a", "noop"), ("b", "noop"), ("end", "noop")],
        [
            ("start", "each"),
            ("each", "a", "loop"),
            ("each", "b", "loop"),
            ("a", "each"),
            ("b", "each"),
            ("each", "end", "done"),
        ],
    )
    run = many(anna, what, 2)
    finish(claim())
    assert statuses(run)["each"] == "waiting"
    first = stage.acts(finishing(claim()), stops="finish.before_commit").at("finish.before_commit")
    second = stage.acts(finishing(claim()), stops="finish.locked").blocked()
    first.result()
    assert statuses(run)["each"] == "waiting"
    second.at("finish.locked").result()
    assert statuses(run)["each"] == "ready"
    drain()
    assert status(run) == "succeeded"
    assert Step.objects.filter(execution=run, node_id="a", status="succeeded").count() == 2
    assert marks(run.id)["loop.pass"] == 2


def test_workers_that_end_parallel_steps_at_once_leave_a_journal_without_gaps(stage, anna):
    """R9: the numbers are taken under the run's lock, so the one that waits takes the next ones."""
    run = start(anna, definition([(name, "noop") for name in "abcd"]))
    claims = [claim() for _name in "abcd"]
    with hold(run):
        workers = [stage.acts(finishing(claimed)).blocked() for claimed in claims]
    assert sorted(worker.result().seq for worker in workers) == [2, 3, 4, 6]
    assert len(journal(run)) == 6
    assert StepData.objects.filter(step__execution=run).count() == 4
