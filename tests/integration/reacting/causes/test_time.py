"""Moments that come: by a schedule, and by a date that an event has told of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from executions.services import scheduling
from integrations.models import Event
from tests.integration.executions import driving
from tests.integration.reacting.causes.looking import pass_time
from tests.integration.reacting.scenes import deliver, done, happen, listening, runs_of
from tests.integration.schedules import scenes
from workflows.models import Workflow

MONDAY = datetime(2027, 3, 1, 5, tzinfo=UTC)
DAY = 24 * 3600


def clocked(anna: Any, **config: Any) -> Workflow:
    """A workflow that begins by the clock; it is five in the morning of a Monday."""
    scenes.set_clock(MONDAY)
    return scenes.scheduled(anna, config)


def pass_hours(hours: int) -> None:
    for _hour in range(hours):
        scenes.pass_time(timedelta(hours=1))
        scheduling.fire_due()
        deliver()
        driving.drain()


@pytest.mark.parametrize(
    ("config", "name", "hours", "times"),
    [
        ({"crontab": "0 9 1 * *", "timeZone": "Europe/Moscow"}, "time.moment", 2, 1),
        ({"at": "2027-03-01T09:00:00+03:00"}, "time.moment", 2, 1),
        ({"everySeconds": 3600}, "time.hourly", 3, 3),
        ({"crontab": "30 * * * *"}, "time.hourly", 3, 3),
        ({"crontab": "0 9 * * 1", "timeZone": "Europe/Moscow"}, "time.daily", 26, 1),
        ({"crontab": "0 6 * * *"}, "time.daily", 26, 2),
    ],
)
def test_a_moment_of_the_schedule_comes(anna: Any, config: dict[str, Any], name: str, hours: int, times: int) -> None:
    """Seed 5.1, 5.2, 5.3: «Понедельник 9:00», «Раз в час», «ежедневный или еженедельный триггер»: run and event."""
    flow = clocked(anna, **config)
    also = listening(anna, event="time.*")
    pass_hours(hours)
    assert scenes.started(flow) == times
    assert {event.name for event in Event.objects.all()} == {name}
    assert len(runs_of(also)) == times
    told = done(runs_of(also)[0])
    assert (told["subject"], bool(told["payload"]["executionId"])) == (flow.code, True)


def test_what_ticks_every_minute_is_no_event_of_its_own(anna: Any) -> None:
    flow = clocked(anna, everySeconds=600)
    pass_hours(1)
    assert scenes.started(flow) > 0
    assert not Event.objects.filter(name__startswith="time.").exists()


@pytest.mark.parametrize(
    ("what", "shift", "days"),
    [("discount", 0, 3), ("trial", -DAY, 2), ("contract", 7 * DAY, 10)],
)
def test_the_term_of_a_discount_a_trial_or_a_contract_ends(anna: Any, what: str, shift: int, days: int) -> None:
    """Seed 5.4: «Истёк срок действия скидки, пробного периода или договора»: at the date, before it, or after it."""
    config = {"event": "crm.term_set", "field": "payload.endsAt", "offsetSeconds": shift}
    flow = listening(anna, "trigger-date", **config)
    also = listening(anna, event="entity.term_expired")
    ends = clock.read() + timedelta(days=3)
    happen("crm.term_set", subject=f"{what}-1", payload={"endsAt": ends.isoformat(), "kind": what})
    pass_time(days * DAY - 60)
    assert runs_of(flow) == []
    for _time in range(2):
        pass_time(days * DAY + 60)
    (run,) = runs_of(flow)
    assert (done(run)["subject"], len(runs_of(also))) == (f"{what}-1", 1)
