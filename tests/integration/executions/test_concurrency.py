"""Many workers at one run: joins, journals and counters stay exact."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from executions import invariants, runner, services
from executions.errors import IllegalTransition
from executions.models import Attempt, Execution
from tests.integration.executions.driving import (
    chain,
    definition,
    drain,
    items,
    journal,
    leases,
    start,
    status,
    step,
    workflow,
)
from workflows import services as workflows


def together(*actions: Callable[[], object]) -> list[object]:
    """Do everything at once, each on a connection of its own; returns the results or the exceptions."""
    gate = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def act(place: int) -> None:
        try:
            gate.wait()
            results[place] = actions[place]()
        except Exception as error:  # the caller looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def work_off() -> int:
    """One worker that drains until nothing is left."""
    held = leases()
    done = 0
    while ran := runner.drain("cpu", held, seconds=60, steps=1000):
        done += ran
    return done


def fan(width: int) -> dict:
    names = [f"b{index}" for index in range(width)]
    return definition(
        [("root", "noop"), *[(name, "noop") for name in names], ("end", "noop")],
        [("root", name) for name in names] + [(name, "end") for name in names],
    )


def test_six_workers_bring_sixty_branches_together_exactly_once(anna):
    run = start(anna, fan(60), input_data={"x": 1})
    while status(run) == "running":
        results = together(*[work_off] * 6)
        assert not [result for result in results if isinstance(result, Exception)]
    assert run.status == "succeeded"
    assert len(items(run, "end")) == 60
    assert Attempt.objects.filter(step__execution=run).count() == 62
    assert len(journal(run)) == 64
    assert invariants.repair() == 0


def test_controls_among_workers_never_leave_a_run_that_contradicts_itself(anna):
    runs = [start(anna, fan(12)) for _run in range(4)]

    def control(run: Execution) -> Callable[[], object]:
        def act() -> None:
            for verb in (services.pause, services.resume, services.pause, services.resume):
                try:
                    verb(execution_id=run.id)
                except IllegalTransition:
                    return

        return act

    results = together(*[work_off] * 3, *[control(run) for run in runs])
    assert not [result for result in results if isinstance(result, Exception)]
    drain()
    for run in runs:
        assert status(run) == "succeeded"
        assert run.event_seq == len(journal(run))
    assert invariants.repair() == 0


def test_of_many_retries_at_once_one_is_accepted(anna):
    run = start(anna, chain(2))
    drain()
    target = step(run, "n0").id
    results = together(
        *[lambda: services.retry_step(execution_id=run.id, step_id=target, force=True) for _click in range(5)]
    )
    refused = [result for result in results if isinstance(result, IllegalTransition)]
    assert (len(results) - len(refused), len(refused)) == (1, 4)


def test_of_many_starts_with_one_key_one_run_is_made(anna):
    goal = workflows.startable(workflow(anna, chain(1)).id, anna)
    results = together(
        *[lambda: services.start(target=goal, user=anna, idempotency_key="k")[0].id for _post in range(8)]
    )
    assert len(set(results)) == 1
    assert Execution.objects.count() == 1
