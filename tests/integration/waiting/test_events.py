"""Steps that wait for events."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.models import Project, User
from executions import invariants, services, sweeps
from executions.models import ExecutionEvent, Step
from executions.services import arrivals
from integrations import events
from integrations.errors import EventInvalid
from integrations.models import OutboxMessage
from tests.integration import runs
from tests.integration.executions.driving import drain, items, start, status, statuses, step
from tests.integration.waiting.scenes import deliver, emit, waiting, what


def test_an_event_lets_the_run_go_on_with_its_payload(anna: User) -> None:
    run = waiting(anna)
    event = emit(subject="7", payload={"sum": 100})
    assert deliver() == 1
    drain()
    assert status(run) == "succeeded"
    assert statuses(run) == {"wait": "succeeded", "paid": "succeeded", "late": "skipped"}
    at = event.at.isoformat()
    assert items(run, "paid") == [{"event": "order.paid", "subject": "7", "payload": {"sum": 100}, "at": at}]


def test_the_journal_says_for_what_a_step_waits(anna: User) -> None:
    run = waiting(anna, subject="7", timeoutSeconds=60)
    line = ExecutionEvent.objects.get(execution=run, type="step.waiting").payload
    assert (line["reason"], line["event"], line["subject"], line["seconds"]) == ("event", "order.paid", "7", 60)


def test_an_event_before_the_step_has_started_is_not_its_event(anna: User) -> None:
    run = start(anna, what())
    emit()
    deliver()
    drain()
    assert step(run, "wait").status == "waiting"


@pytest.mark.parametrize(
    ("awaited", "subject", "wakes"),
    [("7", "7", True), ("7", "8", False), ("7", "", False), ("", "8", True), ("", "", True)],
)
def test_the_subject_decides_who_is_woken(anna: User, awaited: str, subject: str, wakes: bool) -> None:
    run = waiting(anna, subject=awaited)
    emit(subject=subject)
    deliver()
    assert step(run, "wait").status == ("ready" if wakes else "waiting")


def test_neither_another_name_nor_another_project_wakes(anna: User) -> None:
    run = waiting(anna)
    emit(name="order.sent")
    events.emit(project_id=Project.objects.create(code="b", name="B").pk, name="order.paid", source="test")
    assert deliver() == 2
    assert step(run, "wait").status == "waiting"


def test_without_the_event_the_input_leaves_by_the_other_port_in_its_time(anna: User) -> None:
    run = waiting(anna, timeoutSeconds=60)
    assert sweeps.wake_due() == 0
    clock.shift(connection, 61)
    assert sweeps.wake_due() == 1
    clock.shift(connection, 0)
    drain()
    assert statuses(run) == {"wait": "succeeded", "paid": "skipped", "late": "succeeded"}
    assert items(run, "late") == [{"id": 7}]
    emit()
    assert deliver() == 1


def test_a_paused_run_keeps_its_event_until_it_is_resumed(anna: User) -> None:
    run = waiting(anna)
    services.pause(execution_id=run.pk, user=anna)
    emit(payload={"sum": 1})
    deliver()
    assert (step(run, "wait").status, drain()) == ("held", 0)
    services.resume(execution_id=run.pk, user=anna)
    drain()
    assert (status(run), items(run, "paid")[0]["payload"]) == ("succeeded", {"sum": 1})


def test_a_run_that_was_stopped_while_it_waited_stays_so(anna: User) -> None:
    run = waiting(anna)
    services.stop(execution_id=run.pk, user=anna)
    emit()
    deliver()
    assert (status(run), step(run, "wait").status, drain()) == ("stopped", "cancelled", 0)
    assert invariants.repair() == 0


def test_an_event_told_twice_wakes_once_and_not_the_next_step_that_waits(anna: User) -> None:
    first = waiting(anna)
    event = emit()
    deliver()
    drain()
    second = waiting(anna)
    arrivals.wake_waiting(event)
    assert (status(first), step(second, "wait").status) == ("succeeded", "waiting")


def test_a_retried_step_waits_anew(anna: User) -> None:
    run = waiting(anna)
    emit(payload={"n": 1})
    deliver()
    drain()
    services.retry_step(execution_id=run.pk, step_id=step(run, "wait").pk, user=anna, force=True)
    drain()
    assert step(run, "wait").status == "waiting"
    emit(payload={"n": 2})
    deliver()
    drain()
    assert items(run, "paid")[0]["payload"] == {"n": 2}


def test_an_event_wakes_everybody_in_batches(anna: User) -> None:
    runs = [waiting(anna) for _run in range(7)]
    event = emit()
    arrivals.wake_waiting(event, batch=3)
    assert Step.objects.filter(status="waiting").count() == 4
    rest = OutboxMessage.objects.latest("created_at").payload
    assert rest["after"]
    arrivals.wake_waiting(event, after=rest["after"], batch=3)
    assert Step.objects.filter(status="waiting").count() == 1
    assert deliver() == 3
    assert not Step.objects.filter(status="waiting").exists()
    drain()
    assert {status(run) for run in runs} == {"succeeded"}


def test_a_dedupe_key_counts_once_per_name(anna: User) -> None:
    first, again, other = emit(dedupe_key="k"), emit(dedupe_key="k", payload={"x": 1}), emit(name="b", dedupe_key="k")
    assert (first.pk == again.pk, first.pk == other.pk, again.payload) == (True, False, {})
    assert OutboxMessage.objects.filter(topic="event.arrived").count() == 2
    OutboxMessage.objects.all().delete()  # messages are forgotten sooner than events
    emit(dedupe_key="k")
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "Order"}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"subject": "s" * 201}, "subject"),
        ({"dedupe_key": ""}, "dedupKey"),
    ],
)
def test_an_event_that_is_described_wrongly_is_refused(anna: User, said: dict[str, Any], field: str) -> None:
    with pytest.raises(EventInvalid) as refused:
        emit(**said)
    assert refused.value.details == {"field": field}


def test_old_events_are_forgotten(anna: User, settings: Any) -> None:
    settings.EVENT_RETENTION_DAYS = 1
    old = emit()
    clock.shift(connection, 2 * 86_400)
    young = emit()
    assert events.prune(100) == 1
    clock.shift(connection, 0)
    assert (events.find(old.pk), events.find(young.pk)) == (None, young)
    arrivals.wake_waiting(old)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "Шаг «wait» ждёт события order.paid"),
        ({"subject": "7"}, "Шаг «wait» ждёт события order.paid, предмет — 7"),
        ({"until": "2101-03-01T09:00:00Z"}, "Шаг «wait» ждёт события order.paid, но не дольше чем до 01.03.2101 09:00"),
        (
            {"subject": "7", "until": "2101-03-01T09:00:00Z"},
            "Шаг «wait» ждёт события order.paid, предмет — 7, но не дольше чем до 01.03.2101 09:00",
        ),
    ],
)
def test_it_can_be_asked_for_which_event_a_run_waits_and_how_long(
    anna: User, config: dict[str, Any], sentence: str
) -> None:
    run = waiting(anna, **config)
    told = runs.client(anna).get(f"/api/v1/executions/{run.pk}/why").json()
    reason = told["reasons"][0]
    assert (told["sentence"], reason["kind"], reason["event"]) == (sentence, "event", "order.paid")
    assert (reason["subject"], reason["until"]) == (config.get("subject"), config.get("until"))
