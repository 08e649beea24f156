"""What comes too often: it begins later by itself, in order, each once; only chains that feed themselves do not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from accounts import failpoints
from executions.models import Reaction
from executions.services import reacting
from integrations.models import Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import NAME, deliver, emit, happen, listener_of, listening, outcomes, runs_of
from tests.integration.reacting.test_probing import Site, site

__all__ = ["site"]

ROOM = override_settings(EVENT_STARTS_PER_MINUTE=10**9)


class Killed(BaseException):
    """The process dies here."""


def die_at_second(place: str) -> Any:
    """A visitor that kills who reaches `place` for the second time."""
    met: list[str] = []

    def visit(here: str) -> None:
        if here == place:
            met.append(here)
            if len(met) == 2:
                raise Killed

    return visit


def numbers(flow: Any) -> list[Any]:
    return [run.input_data["payload"]["number"] for run in runs_of(flow)]


def told(*wanted: int) -> None:
    for number in wanted:
        emit(payload={"number": number})
    deliver()


def test_what_came_too_often_begins_later_in_order_and_once(anna: Any) -> None:
    """Part 2: nothing is lost: what there was no room for is started when there is."""
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=2):
        told(*range(6))
        assert reacting.start_waiting() == 0
        assert numbers(flow) == [0, 1]
    with ROOM:
        assert reacting.start_waiting(most=3) == 3
        assert numbers(flow) == [0, 1, 2, 3, 4]
        told(6)  # behind the one that waits still
        assert numbers(flow) == [0, 1, 2, 3, 4]
        assert [reacting.start_waiting() for _time in range(2)] == [2, 0]
        told(7)
    assert numbers(flow) == list(range(8))
    assert set(outcomes(flow)) == {"started"}
    assert not Reaction.objects.filter(waits=True).exists()


def test_the_line_says_that_it_waits(anna: Any) -> None:
    listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        happen()
        event = happen()
    shown = runs.client(anna).get(f"/api/v1/events/{event.pk}").json()["reactions"][0]
    assert (shown["outcome"], shown["details"]) == ("too_often", {"limitPerMinute": 1, "waits": True})


def test_a_ticker_that_dies_between_two_starts_loses_and_doubles_none(anna: Any, settings: Any) -> None:
    settings.TESTING = True
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        told(*range(5))
    with ROOM:
        with failpoints.watched(die_at_second("reaction.noted")), pytest.raises(Killed):
            reacting.start_waiting()
        assert numbers(flow) == [0, 1]
        assert reacting.start_waiting() == 3
    assert numbers(flow) == list(range(5))


def test_rows_beyond_the_rate_are_all_started_each_once_and_in_order(anna: Any, site: Site) -> None:
    """S2-8: what is fetched skips nothing, however much of it there is at once."""
    flow = listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", keyField="id")
    site.look()
    with override_settings(EVENT_STARTS_PER_MINUTE=3):
        site.rows = [{"id": number} for number in range(2, 72)]
        site.look(3)
        found = Event.objects.filter(name="sheet.row_added").count()
        assert (len(runs_of(flow)), found) == (3, 50)  # it looks for no more while what it has found waits
    with ROOM:
        for _time in range(2):
            reacting.start_waiting()
            site.look()
    rows = [run.input_data["payload"]["row"]["id"] for run in runs_of(flow)]
    assert rows == list(range(2, 72))


def test_a_webhook_that_is_told_again_too_often_begins_later_with_its_call(anna: Any) -> None:
    config = {"proof": "none", "event": NAME}
    flow = driving.workflow(anna, driving.definition([("begin", "trigger-webhook", {"config": config})]))
    address = f"/hooks/{listener_of(flow).address}"
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        assert Client().post(address, {"id": 1}, content_type="application/json").status_code == 202
        event = Event.objects.get()
        reacting.replay([event.pk], user=anna)
        deliver()
        assert outcomes(flow) == ["started", "too_often"]
    with ROOM:
        reacting.start_waiting()
    first, again = runs_of(flow)
    assert first.input_data == again.input_data
    assert again.input_data["body"] == {"id": 1}


def test_what_waits_at_a_trigger_that_is_gone_is_refused_and_keeps_no_other(anna: Any) -> None:
    flow, other = listening(anna), listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        told(0, 1)
    driving.drain()
    assert runs.client(anna).delete(f"/api/v1/workflows/{flow.pk}").status_code == 204
    with ROOM:
        reacting.start_waiting()
    assert outcomes(flow) == ["started", "refused"]
    assert numbers(other) == [0, 1]


def test_a_start_that_breaks_is_given_up_and_keeps_nobody_behind_it(anna: Any) -> None:
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        told(0, 1, 2)
    broken = Reaction.objects.filter(workflow=flow, waits=True).order_by("id").first()
    assert broken is not None

    def break_first(place: str) -> None:
        if place == "reaction.noted" and Reaction.objects.filter(pk=broken.pk, waits=True).exists():
            raise ValueError("this one cannot be started")

    with ROOM, override_settings(TESTING=True), failpoints.watched(break_first):
        reacting.start_waiting()
    assert outcomes(flow) == ["started", "refused", "started"]
    broken.refresh_from_db()
    assert (broken.details["code"], broken.waits) == ("defect", False)


def test_tickers_that_look_at_once_start_each_once(anna: Any) -> None:
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        told(*range(12))

    def look() -> None:
        reacting.start_waiting()
        connection.close()

    with ROOM:
        tickers = [threading.Thread(target=look) for _number in range(3)]
        for ticker in tickers:
            ticker.start()
        for ticker in tickers:
            ticker.join()
        reacting.start_waiting()
    assert numbers(flow) == list(range(12))


def multiplying(anna: Any, times: int) -> Any:
    """A workflow that tells its own event so often with each run."""
    trigger = ("begin", "trigger-event", {"config": {"event": NAME}})
    tells = [
        (f"tell{number}", "emit-event", {"config": {"event": NAME, "payload": {"number": number}}})
        for number in range(times)
    ]
    return driving.workflow(anna, driving.definition([trigger, *tells], [("begin", name) for name, *_rest in tells]))


def test_a_chain_that_multiplies_leaves_no_endless_queue_and_ends(anna: Any) -> None:
    """S2-9: what waits is bounded where runs feed each other, and the chain ends at its depth as it did."""
    flow = multiplying(anna, 3)
    with override_settings(SUBWORKFLOW_MAX_DEPTH=3):
        with override_settings(EVENT_STARTS_PER_MINUTE=2):
            emit()
            for _round in range(8):
                deliver()
                driving.drain()
            waiting = Reaction.objects.filter(workflow=flow, waits=True).count()
            refused = Reaction.objects.filter(workflow=flow, outcome="too_often", waits=False).count()
            assert (waiting, refused) == (2, 3)  # of the six that its two runs have told one was started
        with ROOM:
            for _round in range(12):
                reacting.start_waiting()
                deliver()
                driving.drain()
    assert max(run.depth for run in runs_of(flow)) == 3
    assert outcomes(flow).count("too_deep") == 3 * sum(run.depth == 3 for run in runs_of(flow))
    assert not Reaction.objects.filter(workflow=flow, waits=True).exists()
