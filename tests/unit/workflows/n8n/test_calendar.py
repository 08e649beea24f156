"""Events of Google Calendar as requests: https://developers.google.com/calendar/api/v3/reference/events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.n8n.exports import document, node
from workflows import catalogue
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import read
from workflows.javascript import Surroundings, render
from workflows.services import check_config

TEAM = {"__rl": True, "mode": "list", "value": "team#1@group.calendar.google.com"}
URL = "https://www.googleapis.com/calendar/v3/calendars/team%231%40group.calendar.google.com/events"


def imported(parameters: dict[str, Any]) -> Imported:
    return to_definition(read(document([node("A", "googleCalendar", version=1.3, parameters=parameters)], {})))


def config_of(parameters: dict[str, Any]) -> dict[str, Any]:
    [made] = imported(parameters).definition["nodes"]
    config: dict[str, Any] = made["data"]["config"]
    assert made["type"] == "http-request"
    assert not check_config(catalogue.get("http-request"), config)
    return config


def value(template: str, item: dict[str, Any]) -> Any:
    source = template.removeprefix("{{ ").removesuffix(" }}")
    return render([source], Surroundings([item], now=1_773_000_000_000, zone="Europe/Moscow"), count=1)[0][0]


def test_an_event_is_made_at_its_moments_with_its_guests() -> None:
    more = {"summary": "=Call {{ $json.name }}", "attendees": ["a@b.cd, e@f.gh", "={{ $json.mail }}"], "color": "5"}
    asked = {"calendar": TEAM, "start": "={{ $json.at }}", "end": "2026-03-04 11:30:00"}
    config = config_of({**asked, "additionalFields": {**more, "sendUpdates": "all"}})
    body = config["body"]

    assert (config["method"], config["url"], config["query"]) == ("POST", URL, {"sendUpdates": "all"})
    assert (body["summary"], body["colorId"]) == ("Call {{ $json.name }}", "5")
    item = {"at": "2026-03-04T10:30:00", "mail": "i@j.kl"}
    assert value(body["start"]["dateTime"], item) == "2026-03-04T07:30:00.000Z"
    assert value(body["end"]["dateTime"], item) == "2026-03-04T08:30:00.000Z"
    assert value(body["attendees"], item) == [{"email": one} for one in ("a@b.cd", "e@f.gh", "i@j.kl")]


def test_a_whole_day_and_reminders_of_its_own() -> None:
    asked = {"calendar": TEAM, "start": "2026-03-04T23:30:00", "end": "2026-03-05", "useDefaultReminders": False}
    reminders = {"remindersUi": {"remindersValues": [{"method": "email", "minutes": 10}]}}
    body = config_of({**asked, **reminders, "additionalFields": {"allday": "yes"}})["body"]

    assert value(body["start"]["date"], {}) == "2026-03-04"
    assert value(body["end"]["date"], {}) == "2026-03-05"
    assert body["reminders"] == {"useDefault": False, "overrides": [{"method": "email", "minutes": 10}]}


def test_an_event_is_read_and_changed_by_its_id() -> None:
    asked = {"calendar": TEAM, "eventId": "={{ $json.id }}"}
    got = config_of({**asked, "operation": "get", "options": {"timeZone": "UTC"}})
    changed = config_of({**asked, "operation": "update", "updateFields": {"location": "Office"}})

    assert (got["method"], got["query"]) == ("GET", {"timeZone": "UTC"})
    assert got["url"].startswith(URL + "/{{ ")
    assert value(got["url"].removeprefix(URL + "/"), {"id": "a/b"}) == "a%2Fb"
    assert (changed["method"], changed["body"]) == ("PATCH", {"location": "Office"})


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"calendar": TEAM, "operation": "getAll"}, "event.getAll"),
        ({"calendar": TEAM, "operation": "delete", "eventId": "1"}, "event.delete"),
        ({"calendar": TEAM, "resource": "calendar"}, "calendar.create"),
        ({"start": "2026-03-04", "end": "2026-03-05"}, "«calendar» не заполнен"),
        ({"calendar": TEAM, "end": "2026-03-05"}, "«start» не заполнен"),
        (
            {"calendar": TEAM, "start": "1", "end": "2", "additionalFields": {"rrule": "FREQ=DAILY"}},
            "«additionalFields.rrule»",
        ),
        (
            {"calendar": TEAM, "start": "1", "end": "2", "additionalFields": {"timeZone": "Asia/Tokyo"}},
            "«additionalFields.timeZone»",
        ),
    ],
)
def test_what_else_it_does_is_a_reason(parameters: dict[str, Any], named: str) -> None:
    [reason] = imported(parameters).nodes[0].reasons
    assert named in reason["message"] % reason["params"]
