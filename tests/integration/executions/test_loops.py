"""Loops in a real run: `loop` nodes, guarded edges, nesting, limits, retries."""

from __future__ import annotations

from executions import invariants, services, storage
from executions.models import Step, StepData
from integrations.models import DatasetRow
from tests.integration.executions.driving import definition, drain, items, journal, start, status, step


def guard(what: dict, source: str, target: str, limit: int) -> dict:
    """The same definition with the edge between the two guarded."""
    for edge in what["edges"]:
        if (edge["source"], edge["target"]) == (source, target):
            edge["data"] = {"maxIterations": limit}
    return what


def each_item(**config) -> dict:
    return definition(
        [("start", "noop"), ("each", "loop", {"config": config}), ("a", "noop"), ("b", "noop"), ("end", "noop")],
        [("start", "each"), ("each", "a", "loop"), ("a", "b"), ("b", "each"), ("each", "end", "done")],
    )


def many(anna, what: dict, count: int):
    """A run whose node `start` hands on `count` items."""
    run = start(anna, what, input_data={"n": 0})
    drain(until=1)
    StepData.objects.filter(step__execution=run, step__node_id="start").update(
        items=[{"n": number} for number in range(count)]
    )
    return run


def test_the_body_runs_once_for_every_item_and_brings_its_results_back(anna):
    """S0-11: a bounded loop is expressible."""
    run = many(anna, each_item(), 3)
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert list(Step.objects.filter(execution=run, node_id="a").values_list("scope", flat=True)) == [[0], [1], [2]]
    assert run.open_steps == 0
    assert run.event_seq == len(journal(run))
    assert invariants.repair() == 0


def test_items_go_through_the_body_in_batches(anna):
    run = many(anna, each_item(batchSize=2), 5)
    drain()
    assert status(run) == "succeeded"
    assert Step.objects.filter(execution=run, node_id="a").count() == 3
    assert len(items(run, "end")) == 5


def test_a_loop_with_more_passes_than_allowed_fails_and_says_so(anna):
    run = many(anna, each_item(maxIterations=2), 3)
    drain()
    assert (status(run), run.error["code"]) == ("failed", "loop_limit")
    assert invariants.repair() == 0


def until_dear(limit: int) -> dict:
    return guard(
        definition(
            [
                ("write", "noop"),
                ("check", "if", {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}),
                ("end", "noop"),
            ],
            [("write", "check"), ("check", "write", "false"), ("check", "end", "true")],
        ),
        "check",
        "write",
        limit,
    )


def test_a_guarded_edge_that_never_stops_is_stopped_at_its_limit(anna):
    """S0-11: a cycle through an IF with a guard runs, at most so many times."""
    run = start(anna, until_dear(4), input_data={"price": 1})
    drain()
    assert (status(run), run.error["code"]) == ("failed", "loop_limit")
    assert Step.objects.filter(execution=run, node_id="write", status="succeeded").count() == 4
    assert invariants.repair() == 0


def test_a_guarded_loop_that_is_done_at_once_goes_on(anna):
    run = start(anna, until_dear(4), input_data={"price": 20})
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{"price": 20}]
    assert Step.objects.filter(execution=run, node_id="write").count() == 1


def test_what_a_body_sends_out_on_the_way_arrives_when_the_loop_is_over(anna):
    """Two ways out that the last step of the pass does not have: one was taken in it, the other in no pass."""
    what = definition(
        [
            ("sort", "if", {"config": {"conditions": [{"field": "price", "op": "gt", "value": 0}]}}),
            ("check", "if", {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}),
            ("taken", "noop"),
            ("missed", "noop"),
            ("end", "noop"),
        ],
        [
            ("sort", "check", "true"),
            ("check", "sort", "false"),
            ("check", "end", "true"),
            ("sort", "taken", "true"),
            ("sort", "missed", "false"),
        ],
    )
    run = start(anna, guard(what, "check", "sort", 4), input_data={"price": 20})
    drain()
    assert status(run) == "succeeded"
    assert (step(run, "taken").status, step(run, "missed").status) == ("succeeded", "skipped")
    assert items(run, "taken") == [{"price": 20}]


def test_loops_in_loops_run_all_their_passes(anna):
    what = definition(
        [
            ("start", "noop"),
            ("outer", "loop", {"config": {"batchSize": 2}}),
            ("inner", "loop"),
            ("a", "noop"),
            ("b", "noop"),
            ("end", "noop"),
        ],
        [
            ("start", "outer"),
            ("outer", "inner", "loop"),
            ("inner", "a", "loop"),
            ("a", "inner"),
            ("inner", "b", "done"),
            ("b", "outer"),
            ("outer", "end", "done"),
        ],
    )
    run = many(anna, what, 4)
    drain()
    assert status(run) == "succeeded"
    assert sorted(Step.objects.filter(execution=run, node_id="a").values_list("scope", flat=True)) == [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
    ]
    assert items(run, "end") == [{"n": number} for number in range(4)]


def test_a_pass_that_begins_during_a_pause_is_held(anna):
    run = many(anna, each_item(), 2)
    drain(until=1)
    services.pause(execution_id=run.id)
    assert drain() == 0
    services.resume(execution_id=run.id)
    drain()
    assert status(run) == "succeeded"


def test_a_step_that_fails_in_a_pass_is_retried_with_its_whole_loop(anna):
    what = each_item()
    what["nodes"][2] |= {"type": "fail", "data": {"label": "a", "config": {"message": "broken"}}}
    run = many(anna, what, 2)
    drain()
    assert status(run) == "failed"
    broken = step(run, "a")
    services.retry_step(execution_id=run.id, step_id=broken.id)
    assert status(run) == "running"
    assert step(run, "each").status == "ready"
    assert list(Step.objects.filter(execution=run, node_id="a").values_list("status", flat=True)) == ["dropped"]
    drain()
    assert status(run) == "failed"
    assert invariants.repair() == 0


def test_a_guarded_loop_is_retried_from_its_first_pass(anna):
    run = start(anna, until_dear(2), input_data={"price": 1})
    drain()
    assert status(run) == "failed"
    failed = Step.objects.get(execution=run, status="failed")
    services.retry_step(execution_id=run.id, step_id=failed.id)
    passes = Step.objects.filter(execution=run, node_id="write").values_list("scope", "status")
    assert list(passes) == [([0], "ready"), ([1], "dropped"), ([2], "dropped")]
    drain()
    assert Step.objects.filter(execution=run, node_id="write", status="succeeded").count() == 2
    assert invariants.repair() == 0


def test_passes_store_rows_beside_each_other(anna):
    """S3-17: rows of one pass do not replace those of another; told again, nothing changes."""
    what = definition(
        [("start", "noop"), ("each", "loop"), ("a", "noop", {"settings": {"store": "raw"}}), ("end", "noop")],
        [("start", "each"), ("each", "a", "loop"), ("a", "each"), ("each", "end", "done")],
    )
    run = many(anna, what, 3)
    drain()
    for found in Step.objects.filter(execution=run, node_id="a"):
        for _told_twice in range(2):
            storage.store_output({"stepId": str(found.pk)})
    rows = DatasetRow.objects.filter(execution_id=run.pk).order_by("node_id")
    assert [(row.node_id, row.position, row.payload) for row in rows] == [
        (f"a#{number}", 0, {"n": number}) for number in range(3)
    ]
