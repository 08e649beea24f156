"""Silence, too much noise, and dates: triggers that keep something in mind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import clock
from accounts.services import default_project
from executions.models import Listener, Vigil
from executions.services import reacting
from integrations.models import Event
from tests.integration.reacting.scenes import deliver, emit, happen, listening, outcomes, runs_of
from tests.integration.realtime.live_server import until
from tickets.models import WorkingCalendar, WorkingPeriod
from workflows.models import WorkflowVersion

DAY = 24 * 3600
SILENCE = {"after": "message.sent", "unless": "message.received", "seconds": DAY}
HOURLY = {"event": "email.opened", "count": 3, "windowSeconds": 3600, "recoverAt": 1, "emits": "email.too_often"}


@pytest.fixture(autouse=True)
def _clock(anna: Any) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def later(seconds: float) -> None:
    """Move the clock so far beyond the real one, and let whatever is due happen."""
    clock.shift(connection, seconds)
    reacting.fire_due()
    deliver()


def test_no_reply_within_a_day_is_told_once(anna: Any) -> None:
    """X-4, S2-6: 24 h without a reply is exactly one event; it is a row, so nothing that restarts loses it."""
    flow = listening(anna, "trigger-absence", **SILENCE)
    also = listening(anna, event="client.no_reply")
    happen("message.sent", subject="c-1")
    later(DAY - 60)
    assert runs_of(flow) == []
    connection.close()  # whoever looked after it until now is gone
    for _time in range(3):
        later(DAY + 60)
    (run,) = runs_of(flow)
    assert run.input_data["event"] == "client.no_reply"
    assert run.input_data["subject"] == "c-1"
    assert len(runs_of(also)) == 1
    assert not Vigil.objects.exists()


def test_one_that_cannot_be_fired_rests_and_keeps_no_other_from_being_told(anna: Any) -> None:
    broken = listening(anna, "trigger-absence", **SILENCE)
    sound = listening(anna, "trigger-absence", **SILENCE)
    happen("message.sent", subject="c-1")
    Listener.objects.filter(workflow=broken).update(config={})
    later(DAY + 60)
    assert len(runs_of(sound)) == 1
    resting = Vigil.objects.get(due_at__gt=clock.Now())
    assert resting.listener.workflow_id == broken.pk
    assert Vigil.objects.count() == 1


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told yet"])
def test_a_reply_at_23_59_means_nothing_happens(anna: Any, told: bool) -> None:
    """X-4: the reply counts from the moment at which it is written, also when nobody has been told of it yet."""
    flow = listening(anna, "trigger-absence", **SILENCE)
    happen("message.sent", subject="c-1")
    clock.shift(connection, DAY - 60)
    emit("message.received", subject="c-1")
    if told:
        deliver()
        assert not Vigil.objects.exists()
    later(DAY + 60)
    assert runs_of(flow) == []


def test_another_clients_reply_does_not_count_and_a_new_message_begins_anew(anna: Any) -> None:
    flow = listening(anna, "trigger-absence", **SILENCE)
    happen("message.sent", subject="c-1")
    happen("message.received", subject="c-2")
    clock.shift(connection, DAY / 2)
    happen("message.sent", subject="c-1")
    later(DAY + 60)
    assert runs_of(flow) == []
    later(DAY * 1.5 + 60)
    assert len(runs_of(flow)) == 1


def test_a_reply_that_is_told_of_before_the_question_ends_the_waiting(anna: Any) -> None:
    flow = listening(anna, "trigger-absence", **SILENCE)
    question = emit("message.sent", subject="c-1")
    answer = emit("message.received", subject="c-1")
    for event in (answer, question):
        reacting.arrive({"eventId": str(event.pk)})
    assert not Vigil.objects.exists()
    later(DAY + 60)
    assert runs_of(flow) == []


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told yet"])
def test_silence_is_when_no_more_of_the_same_came_after_the_last(anna: Any, told: bool) -> None:
    """S2-6: an event may be its own answer: each ends the wait for it and begins the next, however often it is told."""
    flow = listening(anna, "trigger-absence", after="order.created", unless="order.created", seconds=DAY)
    happen("order.created", subject="shop")
    clock.shift(connection, DAY / 2)
    second = emit("order.created", subject="shop")
    if told:
        deliver()
        reacting.arrive({"eventId": str(second.pk)})
    later(DAY + 60)
    assert runs_of(flow) == []
    later(DAY * 1.5 + 60)
    (run,) = runs_of(flow)
    assert run.input_data["payload"]["since"] == second.at.isoformat()


def test_tickers_that_look_at_once_fire_once(anna: Any) -> None:
    """S2-6: exactly once, however many tickers there are."""
    flow = listening(anna, "trigger-absence", **{**SILENCE, "seconds": 0.001})
    happen("message.sent", subject="c-1")

    def tick() -> None:
        reacting.fire_due()
        connection.close()

    tickers = [threading.Thread(target=tick) for _number in range(3)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join()
    assert len(runs_of(flow)) == 1


def test_silence_is_measured_in_working_hours_where_that_is_wanted(anna: Any) -> None:
    """S2-6, part 2 row 12: business hours."""
    calendar = WorkingCalendar.objects.create(project=default_project(), name="Office", time_zone="UTC")
    for day in range(7):
        WorkingPeriod.objects.create(calendar=calendar, weekday=day, opens="00:00", closes="12:00")
    listening(anna, "trigger-absence", **{**SILENCE, "calendar": "Office"})
    event = happen("message.sent", subject="c-1")
    vigil = Vigil.objects.get()
    assert vigil.due_at is not None
    assert vigil.due_at == calendar.hours().after(event.at, DAY)
    assert (vigil.due_at - event.at).total_seconds() > DAY


def test_a_calendar_that_is_not_there_is_told_of_when_it_is_saved(anna: Any) -> None:
    """The time would else be counted day and night, and nobody would know why."""
    WorkingCalendar.objects.create(project_id=default_project().pk, name="Office")
    for name, missing in (("Office", []), ("Offise", [("calendar_missing", "warning")]), ("", [])):
        flow = listening(anna, "trigger-absence", **SILENCE, calendar=name)
        problems = WorkflowVersion.objects.get(workflow=flow).problems
        assert [(one["code"], one["severity"]) for one in problems] == missing


def test_two_silences_that_begin_each_other_come_to_an_end(anna: Any, settings: Any) -> None:
    """S2-9: one cannot be its own cause, which is refused when it is saved; of several the depth is measured."""
    settings.SUBWORKFLOW_MAX_DEPTH = 4
    there = listening(anna, "trigger-absence", after="a.begun", unless="a.ended", seconds=60, emits="b.begun")
    back = listening(anna, "trigger-absence", after="b.begun", unless="b.ended", seconds=60, emits="a.begun")
    happen("a.begun", subject="x")
    for number in range(1, 10):
        later(61 * number)
    assert (len(runs_of(there)), len(runs_of(back))) == (2, 1)
    assert outcomes(there)[-1] == "too_deep"
    assert not Vigil.objects.exists()


def test_an_event_that_does_not_count_says_why(anna: Any) -> None:
    """S2-1: matched, or not matched because: also where something is only kept in mind."""
    about_large = [{"field": "payload.amount", "op": "gte", "value": 100}]
    flow = listening(anna, "trigger-absence", **SILENCE, conditions=about_large)
    happen("message.sent", subject="c-1", payload={"amount": 5})
    assert outcomes(flow) == ["not_matched"]
    assert not Vigil.objects.exists()


def test_a_new_version_forgets_whom_it_waited_for(anna: Any) -> None:
    flow = listening(anna, "trigger-absence", **SILENCE)
    happen("message.sent", subject="c-1")
    Listener.objects.filter(workflow=flow).update(active=False)
    later(DAY + 60)
    assert runs_of(flow) == []


def test_a_threshold_is_told_once_on_crossing_and_once_on_recovery(anna: Any) -> None:
    """S2-7: edge-triggered, with hysteresis."""
    flow = listening(anna, "trigger-threshold", **HOURLY)
    back = listening(anna, event="email.too_often.recovered")
    for _time in range(5):
        happen("email.opened", subject="anna@example.org")
    happen("email.opened", subject="boris@example.org")
    (run,) = runs_of(flow)
    assert run.input_data["payload"]["count"] == 3
    clock.shift(connection, 1800)
    happen("email.opened", subject="anna@example.org")
    later(3700)
    assert (len(runs_of(flow)), len(runs_of(back))) == (1, 1)
    for _time in range(2):
        happen("email.opened", subject="anna@example.org")
    assert len(runs_of(flow)) == 2
    later(9000)
    assert (len(runs_of(flow)), len(runs_of(back))) == (2, 2)
    assert not Vigil.objects.exists()


def test_an_event_that_comes_when_it_has_recovered_and_nobody_has_told_of_it_yet_is_counted(anna: Any) -> None:
    flow = listening(anna, "trigger-threshold", **HOURLY)
    back = listening(anna, event="email.too_often.recovered")
    for _time in range(3):
        happen("email.opened", subject="anna@example.org")
    clock.shift(connection, 7200)
    happen("email.opened", subject="anna@example.org")
    later(7201)
    assert (len(runs_of(flow)), len(runs_of(back))) == (1, 1)
    for _time in range(2):
        happen("email.opened", subject="anna@example.org")
    assert len(runs_of(flow)) == 2


def test_a_subject_of_any_length_is_told_of_each_time(anna: Any) -> None:
    subject = "a" * 200
    often = listening(anna, "trigger-threshold", **{**HOURLY, "count": 1, "recoverAt": 0})
    silent = listening(anna, "trigger-absence", **{**SILENCE, "after": "email.opened"})
    dated = listening(anna, "trigger-date", event="email.opened", field="payload.until")
    for day in range(2):
        clock.shift(connection, 2 * day * DAY)
        happen("email.opened", subject=subject, payload={"until": clock.read().isoformat()})
        later((2 * day + 1.5) * DAY)
    assert [len(runs_of(flow)) for flow in (often, silent, dated)] == [2, 2, 2]


def test_what_is_begun_while_the_clock_fires_is_not_lost(anna: Any) -> None:
    """S2-6: the vigil that is over is none to go on with."""
    flow = listening(anna, "trigger-absence", **{**SILENCE, "seconds": 0.001})
    happen("message.sent", subject="c-1")
    again = emit("message.sent", subject="c-1")
    failures: list[Exception] = []

    def tell() -> None:
        try:
            reacting.arrive({"eventId": str(again.pk)})
        except Exception as error:
            failures.append(error)
        connection.close()

    telling = threading.Thread(target=tell)
    with transaction.atomic():
        Vigil.objects.select_for_update().get()
        telling.start()
        until(_somebody_waits_for_us)
        assert reacting.fire_due() == 1
    telling.join()
    assert failures == []
    later(1)
    assert len(runs_of(flow)) == 2


def test_what_lies_too_far_apart_or_is_reset_crosses_nothing(anna: Any) -> None:
    flow = listening(anna, "trigger-threshold", **HOURLY, reset="email.answered")
    for seconds in (0, 3000, 7000):
        clock.shift(connection, seconds)
        happen("email.opened", subject="a")
    assert runs_of(flow) == []
    happen("email.opened", subject="a")
    happen("email.answered", subject="a")
    happen("email.opened", subject="a")
    assert runs_of(flow) == []


def test_what_is_reset_after_it_has_crossed_has_recovered(anna: Any) -> None:
    """S2-7: one event on crossing and one on recovery, whichever way it recovers."""
    probes = {"event": "probe.failed", "count": 2, "windowSeconds": 3600, "reset": "probe.passed"}
    listening(anna, "trigger-threshold", **probes, emits="shop.down")
    for name in ("probe.failed", "probe.failed", "probe.passed", "probe.failed", "probe.passed"):
        event = happen(name, subject="shop")
        reacting.arrive({"eventId": str(event.pk)})
    told = Event.objects.filter(name__startswith="shop.").order_by("at").values_list("name", "subject")
    assert list(told) == [("shop.down", "shop"), ("shop.down.recovered", "shop")]


def test_an_event_that_is_told_twice_counts_once(anna: Any) -> None:
    flow = listening(anna, "trigger-threshold", **HOURLY)
    event = happen("email.opened", subject="a")
    for _time in range(3):
        reacting.arrive({"eventId": str(event.pk)})
    assert runs_of(flow) == []


def test_a_date_starts_a_run_so_long_before_it_and_once_when_it_is_moved(anna: Any) -> None:
    """S2-2: date-relative: a contract ends in a week."""
    config = {"event": "contract.signed", "field": "payload.endsAt", "offsetSeconds": -7 * DAY}
    flow = listening(anna, "trigger-date", **config, cancel="contract.cancelled")
    now = clock.read()
    for subject, days in (("c-1", 8), ("c-1", 10), ("c-2", 8)):
        ends = now.fromtimestamp(now.timestamp() + days * DAY, now.tzinfo)
        happen("contract.signed", subject=subject, payload={"endsAt": ends.isoformat()})
    happen("contract.cancelled", subject="c-2")
    later(DAY + 60)
    assert runs_of(flow) == []
    for _time in range(2):
        later(3 * DAY + 60)
    (run,) = runs_of(flow)
    assert (run.input_data["event"], run.input_data["subject"]) == ("entity.term_expired", "c-1")


def in_days(days: int) -> dict[str, str]:
    now = clock.read()
    return {"endsAt": now.fromtimestamp(now.timestamp() + days * DAY, now.tzinfo).isoformat()}


def told_in_turn(*told: Event) -> None:
    """Tell of these events in this order: of several messages that wait, or are tried again, none is the first."""
    for event in told:
        reacting.arrive({"eventId": str(event.pk)})


def test_a_date_that_is_told_of_after_its_end_was_told_is_forgotten(anna: Any) -> None:
    """S2-2: what was cancelled stays so in whatever order the two are told of."""
    flow = listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt", cancel="contract.cancelled")
    signed = emit("contract.signed", subject="c-1", payload=in_days(1))
    cancelled = emit("contract.cancelled", subject="c-1")
    told_in_turn(cancelled, signed)
    later(2 * DAY)
    assert runs_of(flow) == []
    again = emit("contract.signed", subject="c-1", payload=in_days(1))
    told_in_turn(again)
    later(5 * DAY)
    assert len(runs_of(flow)) == 1


def test_a_date_that_another_has_taken_the_place_of_is_not_told_of_when_it_comes_late(anna: Any) -> None:
    """S2-2: the newest date counts, also when it has come already."""
    flow = listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt")
    old = emit("contract.signed", subject="c-1", payload=in_days(5))
    moved = emit("contract.signed", subject="c-1", payload=in_days(1))
    told_in_turn(moved)
    later(2 * DAY)  # the older one is told of after that
    told_in_turn(old)
    later(9 * DAY)
    assert [run.input_data["payload"]["endsAt"] for run in runs_of(flow)] == [moved.payload["endsAt"]]


def test_a_date_without_a_zone_is_one_of_the_server_s(anna: Any, settings: Any) -> None:
    settings.TIME_ZONE = "America/Sao_Paulo"
    listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt")
    happen("contract.signed", subject="c-1", payload={"endsAt": "2999-11-30"})
    assert Vigil.objects.get().due_at == datetime(2999, 11, 30, 3, tzinfo=UTC)


def test_a_date_that_was_moved_into_the_past_is_not_told_of_any_more(anna: Any) -> None:
    """S2-2: the newest date counts, also where it comes too late to be told of."""
    flow = listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt", offsetSeconds=-7 * DAY)
    now = clock.read()
    for days in (90, 3):
        ends = now.fromtimestamp(now.timestamp() + days * DAY, now.tzinfo)
        happen("contract.signed", subject="c-1", payload={"endsAt": ends.isoformat()})
    later(84 * DAY)
    assert (runs_of(flow), Vigil.objects.count()) == ([], 0)


def test_a_date_that_cannot_be_read_or_is_long_over_starts_nothing(anna: Any) -> None:
    flow = listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt")
    for ends in ("soon", None, "2001-01-01", "9999-12-31T23:59:59+00:00"):
        happen("contract.signed", subject=str(ends), payload={"endsAt": ends})
    later(60)
    assert runs_of(flow) == []
    assert Event.objects.count() == 4


def _somebody_waits_for_us() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone()
