"""A worker that hears of a run by its bell: what the bell says, and that nothing else is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.db import connection

from accounts import failpoints
from executions import offers, runner
from executions.models import Attempt
from integrations import listening
from tests.integration.executions.driving import chain, leases, start, status, step
from tests.integration.executions.ears import LONG, listens, until

INPUT = {"secret": "not for the bell"}


@contextmanager
def listening_thread(bells: redis.Redis, action: Callable[[], None]) -> Iterator[threading.Thread]:
    def act() -> None:
        action()
        connection.close()

    until(lambda: not listens(bells))  # a test before this one may have left somebody, who would take the bell
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    until(lambda: listens(bells))
    yield thread
    thread.join(LONG)
    assert not thread.is_alive()


def test_a_start_tells_its_bell_which_step_it_begins_with_and_nothing_of_what_it_works_on(
    anna: Any, bells: redis.Redis
) -> None:
    heard: list[listening.Heard | None] = []

    def listen() -> None:
        heard.append(listening.wait("cpu", seconds=LONG, is_there=lambda: False, leave=lambda: False))

    with listening_thread(bells, listen):
        run = start(anna, chain(2), input_data=INPUT)
    (bell,) = heard
    assert bell is not None
    offer = offers.understood(bell.word, run.created_at)
    assert offer is not None
    assert (offer.execution_id, offer.version_id, offer.node_id) == (run.id, run.version_id, "n0")
    assert (offer.began, offer.empty) == (run.started_at, False)
    assert "secret" not in bell.word
    assert bells.llen("cpu") == 0


def test_a_worker_that_hears_of_a_run_does_all_of_it_and_claims_nothing(
    anna: Any, bells: redis.Redis, settings: Any
) -> None:
    settings.TESTING = True
    held = leases()
    visited: list[str] = []
    with failpoints.watched(visited.append), listening_thread(bells, lambda: runner.serve("cpu", held)):
        run = start(anna, chain(2), input_data=INPUT)
        until(lambda: status(run) == "succeeded")
        held.drain()
    assert Attempt.objects.filter(step__execution=run, worker=held.worker, outcome="succeeded").count() == 2
    assert "burst.step" in visited
    assert "claim.after_commit" not in visited
    first = step(run, "n0")
    assert run.started_at is not None
    assert first.started_at is not None
    assert first.finished_at is not None
    assert run.started_at < first.started_at < first.finished_at
