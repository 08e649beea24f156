"""An event and a step that begins to wait for it at the same moment do not miss each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts import clock
from accounts.models import User
from executions import runner, services, sweeps
from executions.claims import Claimed
from executions.models import Execution
from tests.integration.executions.driving import drain, items, leases, start, status, step, wait_until
from tests.integration.waiting.scenes import deliver, emit, waiting, what

BLOCKED = """
SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
"""


def claim() -> Claimed:
    claimed = runner._claim("cpu", leases())
    assert claimed is not None
    return claimed


def park(claimed: Claimed) -> None:
    """Run the node and record that it waits."""
    runner._step(claimed, None, leases(), continue_on=None)


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def work() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def until_blocked() -> None:
    """Somebody waits for an advisory lock."""

    def seen() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(BLOCKED)
            return cursor.fetchone() is not None

    wait_until(seen)


def goes_on(run: Execution, said: dict[str, int]) -> None:
    assert step(run, "wait").status == "ready"
    drain()
    assert (status(run), items(run, "paid")[0]["payload"]) == ("succeeded", said)


def test_an_event_that_is_over_before_the_step_has_parked_is_found(anna: User) -> None:
    run = start(anna, what())
    claimed = claim()
    emit(payload={"n": 1})
    assert deliver() == 1
    assert step(run, "wait").status == "running"
    park(claimed)
    goes_on(run, {"n": 1})


@pytest.mark.parametrize(("awaited", "subject"), [("7", "7"), ("", "7"), ("", "")])
def test_a_step_parks_behind_an_event_that_is_being_written(anna: User, awaited: str, subject: str) -> None:
    run = start(anna, what(subject=awaited))
    claimed = claim()
    with transaction.atomic():
        emit(subject=subject, payload={"n": 1})
        parking = in_thread(lambda: park(claimed))
        until_blocked()
    parking.join(60)
    goes_on(run, {"n": 1})
    deliver()


@pytest.mark.parametrize(("awaited", "subject"), [("7", "7"), ("", "7"), ("", "")])
def test_an_event_is_written_behind_a_step_that_is_parking(anna: User, awaited: str, subject: str) -> None:
    run = start(anna, what(subject=awaited))
    claimed = claim()
    with transaction.atomic():
        park(claimed)
        emitting = in_thread(lambda: emit(subject=subject, payload={"n": 1}))
        until_blocked()
    emitting.join(60)
    assert step(run, "wait").status == "waiting"
    deliver()
    goes_on(run, {"n": 1})


def test_events_do_not_wait_for_each_other(anna: User) -> None:
    with transaction.atomic():
        emit(subject="7")
        other = in_thread(lambda: emit(subject="7"))
        other.join(60)
        assert not other.is_alive()


def test_an_event_that_came_between_two_claims_of_the_step_is_found(anna: User) -> None:
    run = start(anna, what())
    claim()
    emit(payload={"n": 1})
    deliver()
    clock.shift(connection, 40)
    assert sweeps.rescue_expired() == 1
    clock.shift(connection, 0)
    drain("cpu", until=1)
    goes_on(run, {"n": 1})


def test_an_event_before_a_retry_does_not_count_for_it(anna: User) -> None:
    run = start(anna, what())
    claimed = claim()
    emit()
    services.stop(execution_id=run.pk, user=anna)
    park(claimed)
    services.retry_step(execution_id=run.pk, step_id=step(run, "wait").pk, user=anna)
    drain()
    assert step(run, "wait").status == "waiting"


def test_an_event_and_the_end_of_the_term_wake_a_step_once(anna: User) -> None:
    run = waiting(anna, timeoutSeconds=60)
    emit(payload={"n": 1})
    clock.shift(connection, 61)
    assert sweeps.wake_due() == 1
    clock.shift(connection, 0)
    assert deliver() == 1
    drain()
    assert items(run, "late") == [{"id": 7}]
