"""Results that PostgreSQL or JSON cannot hold: the step fails and says so, instead of dying with its worker."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from executions import bursts, journal, payloads, recording, runner
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure, Settlement
from executions.services.settling import Report
from tests.integration.executions.driving import chain, definition, drain, items, leases, start, status, step
from workflows import services as workflows


def settle(settlement: Settlement, *lines, data=()) -> None:
    """Claim the next step and record this about it, as the runner does."""
    claimed = runner._claim("cpu", leases())
    assert claimed is not None
    graph = workflows.compiled(claimed.version_id)
    recording.settle_surely(Report(claimed, graph, settlement, data, lines))


@pytest.mark.parametrize(
    "settlement",
    [
        settlements.later(seconds=1, reason="r" * 101, progress=None),
        settlements.later(seconds=1e18, reason="limit", progress=None),
        settlements.later(seconds=1, reason="limit", progress={"seen": {1, 2}}),
        settlements.later(seconds=1, reason="limit", progress={"text": "a\x00b"}),
        settlements.success({"p" * 101: []}),
    ],
    ids=["long reason", "far away", "no JSON", "NUL", "long port"],
)
def test_a_result_that_cannot_be_recorded_fails_its_step(anna, settlement):
    run = start(anna, chain(2))
    settle(settlement)
    assert step(run, "n0").error["code"] == "result_refused"
    assert status(run) == "failed"


@pytest.mark.parametrize(
    "details", [{"body": b"raw"}, {"body": "a\x00b"}, {"body": "\ud800"}, {"n": Decimal("1e200000")}]
)
def test_an_error_that_cannot_be_recorded_keeps_its_code(anna, details):
    run = start(anna, definition([("a", "noop", {"settings": {"onError": "error_port"}})]))
    node = workflows.compiled(run.version_id).nodes["a"]
    settle(settlements.failed(node, Failure("odd_answer", "broken", details), tries=0, jitter=0.5, items=[{"x": 1}]))
    error = step(run, "a").error
    assert (error["code"], error["details"]["of"]) == ("result_refused", "odd_answer")
    assert items(run, "a", "error")[0]["error"]["code"] == "result_refused"
    assert status(run) == "succeeded"


def test_a_log_line_that_cannot_be_recorded_fails_its_step(anna):
    run = start(anna, chain(1))
    settle(
        settlements.success({"out": []}), journal.event("log", {"message": "read %(what)s", "params": {"what": "\x00"}})
    )
    assert step(run, "n0").error["code"] == "result_refused"


def test_items_that_grow_over_the_limit_by_their_error_leave_without_it(anna, settings):
    broken = {"config": {"message": "broken"}, "settings": {"onError": "continue"}}
    run = start(anna, definition([("a", "noop"), ("b", "fail", broken)], [("a", "b")]), input_data={"text": "x" * 80})
    settings.PAYLOAD_MAX_BYTES = 120
    drain()
    assert step(run, "b").error["code"] == "payload_too_large"
    assert status(run) == "failed"


def test_a_quick_step_whose_result_cannot_be_recorded_does_not_cost_the_step_before_it_its_own(anna):
    huge = {"config": {"fields": [{"name": "n", "value": 1}]}}
    run = start(anna, definition([("a", "noop"), ("b", "set", huge), ("c", "noop")], [("a", "b"), ("b", "c")]))
    claimed = runner._claim("cpu", leases())
    assert claimed is not None
    graph = workflows.compiled(claimed.version_id)
    lease = leases().take(claimed, 60)
    told = settlements.success({"out": [{}]})
    data = payloads.encode({"out": [{}]}, {})
    first, *_rest = bursts.follow(lease, graph, told, data, most=10)
    broken = replace(first, lines=[journal.event("log", {"message": "\x00", "params": {}})])
    recorded = recording.settle_surely(Report(claimed, graph, told, data, passed=[broken]))
    assert recorded is not None
    assert recorded.alone
    assert (step(run, "a").status, step(run, "b").status) == ("succeeded", "ready")
