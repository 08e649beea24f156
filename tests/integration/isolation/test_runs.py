"""Isolated nodes in runs."""

from __future__ import annotations

import threading
from typing import Any

import psutil
import pytest
from django.db import connection

from accounts.models import User
from executions import runner, services
from executions.lease import Leases
from executions.models import Attempt, Execution, SideEffect
from tests.fakes.ledger import Ledger
from tests.integration.executions.driving import (
    NodeSpec,
    definition,
    drain,
    items,
    journal,
    leases,
    start,
    status,
    statuses,
    step,
    wait_until,
)


def call(ledger: Ledger, path: str = "/echo", *, settings: dict[str, Any] | None = None, **config: Any) -> NodeSpec:
    """A node that calls the ledger from a process of its own."""
    said = {"url": ledger.url(path), "retries": 0, **config}
    return "call", "http-request", {"config": said, "settings": {"isolate": True, **(settings or {})}}


def run_of(user: User, *nodes: NodeSpec, input_data: Any = None) -> Execution:
    edges = [(nodes[place][0], nodes[place + 1][0]) for place in range(len(nodes) - 1)]
    return start(user, definition(nodes, edges), input_data=input_data)


def test_a_call_from_a_process_of_its_own_is_like_any_other(anna: User, ledger: Ledger) -> None:
    run = run_of(anna, call(ledger, "/echo", method="POST", body="{{ $json }}"), ("end", "noop"), input_data={"x": 1.5})
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end")[0]["status"] == 200
    effect = SideEffect.objects.get()
    assert (effect.node_id, effect.method, effect.outcome) == ("call", "POST", "200")
    assert effect.key == ledger.calls[0].headers["idempotency-key"]


def test_each_node_may_be_isolated(anna: User) -> None:
    """A loop reads what its passes have brought back: its process has a connection of its own to the database."""
    apart = {"settings": {"isolate": True}}
    what = definition(
        [
            ("loop", "loop", {"config": {"batchSize": 1, "maxIterations": 9}, **apart}),
            ("body", "noop", apart),
            ("end", "noop", apart),
        ],
        [("loop", "body", "loop"), ("body", "loop"), ("loop", "end", "done")],
    )
    run = start(anna, what, input_data={"x": 1})
    drain()
    assert (status(run), items(run, "end")) == ("succeeded", [{"x": 1}])
    connection.ensure_connection()


def test_a_node_over_its_time_fails_once_and_its_neighbours_go_on(anna: User, ledger: Ledger) -> None:
    children = set(psutil.Process().children(recursive=True))
    what = definition(
        # Time enough to make the call, which is to be noted.
        [call(ledger, "/hang", settings={"timeoutSeconds": 5, "onError": "continue"}), ("b", "noop"), ("c", "noop")],
        [("b", "c")],
    )
    run = start(anna, what)
    drain()
    assert status(run) == "succeeded"
    assert statuses(run) == {"call": "failed", "b": "succeeded", "c": "succeeded"}
    failed = step(run, "call")
    assert failed.error["code"] == "timed_out"
    assert (Attempt.objects.filter(step=failed).count(), journal(run).count("step.failed")) == (1, 1)
    assert [effect.outcome for effect in SideEffect.objects.all()] == ["timed_out"]
    assert set(psutil.Process().children(recursive=True)) <= children


def test_a_node_over_its_time_is_tried_again_by_its_policy(anna: User, ledger: Ledger) -> None:
    patience = {"timeoutSeconds": 0.3, "retry": {"attempts": 2, "delaySeconds": 60}}
    run = run_of(anna, call(ledger, "/hang", settings=patience))
    drain()
    delayed = step(run, "call")
    assert (delayed.status, delayed.tries, delayed.wait_reason) == ("delayed", 1, "retry")


@pytest.mark.parametrize("verb", ["stop", "shutdown"])
def test_a_step_that_is_taken_away_ends_with_its_process_and_its_call_is_noted(
    anna: User, ledger: Ledger, settings: Any, verb: str
) -> None:
    settings.HEARTBEAT_SECONDS = 0.05
    children = set(psutil.Process().children(recursive=True))
    run = run_of(anna, call(ledger, "/hang"), ("end", "noop"))
    held = Leases()
    worker = threading.Thread(target=_work, args=(held,))
    worker.start()
    ledger.wait_for_call()
    if verb == "stop":
        services.stop(execution_id=run.pk, user=anna)
    else:
        held.drain()
        held._draining_since = 0.0
    worker.join(60)
    held.close()
    assert step(run, "call").status == ("cancelled" if verb == "stop" else "ready")
    assert set(psutil.Process().children(recursive=True)) <= children
    wait_until(lambda: [effect.outcome for effect in SideEffect.objects.all()] == ["cancelled"])


def _work(held: Leases) -> None:
    try:
        runner.drain("cpu", held, steps=1)
    finally:
        connection.close()


def test_an_isolated_node_is_not_continued_into(anna: User) -> None:
    run = run_of(anna, ("a", "noop"), ("b", "noop", {"settings": {"isolate": True}}))
    runner.drain("cpu", leases(), steps=1)
    assert statuses(run) == {"a": "succeeded", "b": "ready"}
