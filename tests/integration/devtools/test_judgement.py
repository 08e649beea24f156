"""The judge of a storm finds what is wrong: each promise is broken by hand, and only that one is reported."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection

from accounts.clock import Now
from devtools.chaos import invariants, witnesses
from devtools.chaos.graphs import NARROW_LIMIT, Shape
from devtools.chaos.load import Run
from executions import services
from executions.models import Execution
from tests.integration.executions import driving
from workflows import services as workflows


@pytest.fixture
def anna(transactional_db: Any) -> Any:
    return driving.person()


@pytest.fixture
def run(anna: Any) -> Execution:
    """A run of two steps that has ended well."""
    started = driving.start(anna, driving.chain(2), idempotency_key="k")
    driving.drain()
    return started


@pytest.fixture
def stopped(anna: Any) -> Execution:
    """A run that was paused, resumed and stopped before its second step."""
    started = driving.start(anna, driving.chain(2), idempotency_key="k")
    services.pause(execution_id=started.id, user=anna)
    services.resume(execution_id=started.id, user=anna)
    services.stop(execution_id=started.id, user=anna)
    return started


def _found() -> set[str]:
    connection.ensure_connection()
    return {name for name, fault in invariants.find_faults(connection.connection).items() if fault.count}


def _break(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount, "nothing was broken"


ATTEMPT = """
INSERT INTO executions_attempt (step_id, fence, epoch, number, worker, outcome, started_at, ended_at)
SELECT id, fence + 7, epoch, 2, 'w', '{0}', {1}, {1} FROM executions_step WHERE node_id = 'n0'
"""
SLOT = """
INSERT INTO executions_slot (workflow_id, key, execution_id) SELECT workflow_id, '', id FROM executions_execution
"""
EVENT = """
INSERT INTO executions_executionevent (execution_id, seq, type, level, payload, at)
SELECT id, event_seq + {0}, '{1}', 'info', '{{}}', naryad_clock() FROM executions_execution
"""


def test_runs_that_ended_and_were_stopped_properly_break_nothing(run: Execution, anna: Any) -> None:
    assert _found() == set()


def test_a_stopped_run_breaks_nothing(stopped: Execution) -> None:
    assert _found() == set()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE executions_execution SET status = 'running', finished_at = NULL", {"lostRuns"}),
        ("UPDATE executions_execution SET open_steps = 1", {"wrongCountsOfOpenSteps"}),
        (
            "UPDATE executions_step SET status = 'ready' WHERE node_id = 'n1'",
            {"openStepsOfFinishedRuns", "wrongCountsOfOpenSteps"},
        ),
        (ATTEMPT.format("succeeded", "naryad_clock()"), {"doubleCommits"}),
        ("DELETE FROM executions_attempt", {"successWithoutAttempt"}),
        (ATTEMPT.format("lost", "naryad_clock() - interval '1 hour'"), {"overlappingAttempts"}),
        ("DELETE FROM executions_executionevent WHERE seq = 2", {"journalGaps"}),
        (EVENT.format(2, "log"), {"journalGaps"}),
        ("DELETE FROM executions_idempotencykey", {"runsWithoutKey"}),
        ("UPDATE executions_execution SET aftercare = true", {"endsNotLookedAfter"}),
        (SLOT, {"slotsOfFinishedRuns"}),
    ],
)
def test_what_is_broken_in_a_finished_run_is_found(run: Execution, statement: str, broken: set[str]) -> None:
    _break(statement)
    assert _found() == broken


def test_a_child_without_order_and_one_that_was_left_paused_are_found(run: Execution, anna: Any) -> None:
    child = driving.start(anna, driving.chain(1))
    driving.drain()
    _break("UPDATE executions_step SET node_type = 'sub-workflow'")
    parent = driving.step(run, "n0")
    Execution.objects.filter(id=child.id).update(origin="subworkflow", parent_step=parent, status="paused")
    assert _found() == {"childrenWithoutOrder", "childrenLeftPaused"}


def test_more_runs_at_once_than_the_limit_allows_are_found(run: Execution, anna: Any) -> None:
    for _number in range(NARROW_LIMIT):
        services.start(target=workflows.startable(run.workflow_id, anna), user=anna)
    driving.drain()
    _break("UPDATE workflows_workflow SET name = 'Chaos: narrow'")
    Execution.objects.update(started_at=run.started_at, finished_at=Now(), origin="retry")
    assert _found() == {"moreThanAllowedAtOnce"}


def test_a_step_that_moves_after_the_stop_is_found(stopped: Execution) -> None:
    _break(EVENT.format(1, "step.succeeded"))
    _break("UPDATE executions_execution SET event_seq = event_seq + 1")
    assert _found() == {"movedAfterStop"}


def test_a_try_that_ends_after_the_stop_is_found(stopped: Execution) -> None:
    _break(ATTEMPT.format("failed", "naryad_clock()"))
    assert _found() == {"startedOrEndedAfterStop"}


def test_a_try_that_starts_during_a_pause_is_found(stopped: Execution) -> None:
    paused_at = "(SELECT at + interval '1 microsecond' FROM executions_executionevent WHERE type = 'execution.paused')"
    _break(ATTEMPT.format("failed", paused_at))
    assert _found() == {"startedWhilePaused"}


def test_a_message_that_was_never_delivered_is_found(run: Execution) -> None:
    _break(
        "INSERT INTO integrations_outboxmessage (id, topic, queue, payload, ordering_key, state, tries) "
        "VALUES (gen_random_uuid(), 't', 'system', '{}', '', 'waiting', 0)"
    )
    assert _found() == {"undeliveredMessages"}


def test_a_call_too_many_and_a_success_without_a_call_are_found(run: Execution) -> None:
    _break("UPDATE executions_step SET node_type = 'http-request'")
    held: Any = connection.connection
    honest = Counter({f"{run.id}:n0:0:1:0": 1, f"{run.id}:n1:0:1": 1})
    assert _counts(witnesses.compare_ledger(held, honest)[0]) == {"successWithoutCall": 0, "unexplainedCalls": 0}
    dishonest = Counter({f"{run.id}:n0:0:1": 2})
    faults, repeats = witnesses.compare_ledger(held, dishonest)
    assert _counts(faults) == {"successWithoutCall": 1, "unexplainedCalls": 1}
    assert repeats == 1


def test_a_run_that_did_not_end_as_its_graph_must_is_found(run: Execution) -> None:
    shape = Shape("two", "")
    shape.node("n0")
    shape.node("n1", after=["n0"])
    runs = [Run(str(run.id), "k", "two")]
    held: Any = connection.connection
    assert _counts(witnesses.compare_results(held, runs, {"two": shape})) == {"wrongResults": 0}
    _break("UPDATE executions_step SET status = 'skipped' WHERE node_id = 'n1'")
    assert _counts(witnesses.compare_results(held, runs, {"two": shape})) == {"wrongResults": 1}


def _counts(faults: dict[str, invariants.Fault]) -> dict[str, int]:
    return {name: fault.count for name, fault in faults.items()}


def test_the_calls_of_a_retried_loop_are_asked_for_like_all_others(anna: Any) -> None:
    nodes = [("each", "loop"), ("call", "noop"), ("end", "noop")]
    edges = [("each", "call", "loop"), ("call", "each"), ("each", "end", "done")]
    run = driving.start(anna, driving.definition(nodes, edges))
    driving.drain()
    services.retry_step(execution_id=run.id, step_id=driving.step(run, "each").id, force=True)
    driving.drain()
    _break("UPDATE executions_step SET node_type = 'http-request' WHERE node_id = 'call'")
    held: Any = connection.connection
    calls = Counter({f"{run.id}:call:0:1": 1, f"{run.id}:call:0:2": 1})
    assert _counts(witnesses.compare_ledger(held, calls)[0]) == {"successWithoutCall": 0, "unexplainedCalls": 0}
    faults = witnesses.compare_ledger(held, calls + Counter({f"{run.id}:call:0:1": 1}))[0]
    assert _counts(faults) == {"successWithoutCall": 0, "unexplainedCalls": 1}
