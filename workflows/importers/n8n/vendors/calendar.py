"""PURE: `googleCalendar`: single events, each a request of Google's own API. Lists of events would need a node."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, Parameters, Unsupported
from workflows.importers.n8n.texts import chosen, expression, script
from workflows.importers.n8n.vendors.calls import optional

API = "https://www.googleapis.com/calendar/v3/calendars"
_FIELDS = {
    "summary": "summary",
    "description": "description",
    "location": "location",
    "id": "id",
    "color": "colorId",
    "showMeAs": "transparency",
    "visibility": "visibility",
    "guestsCanInviteOthers": "guestsCanInviteOthers",
    "guestsCanModify": "guestsCanModify",
    "guestsCanSeeOtherGuests": "guestsCanSeeOtherGuests",
}
"""What n8n calls a field, and Google."""


def _calendar(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "event"), parameters.text("operation", "create")
    if what != "event" or operation not in ("create", "get", "update"):
        raise refuse_operation(node, f"{what}.{operation}")
    url = f"{API}/{_place(parameters, 'calendar')}/events"
    if operation == "create":
        more = parameters.group("additionalFields")
        body = {**_times(parameters, more, needed=True), **_written(parameters, more)}
        return _request("POST", url, more, body)
    url += f"/{_place(parameters, 'eventId')}"
    if operation == "get":
        return _request("GET", url, parameters.group("options"), None)
    more = parameters.group("updateFields")
    return _request("PATCH", url, more, {**_times(more, more, needed=False), **_written(parameters, more)})


def _request(method: str, url: str, more: Parameters, body: dict[str, Any] | None) -> Converted:
    names = ("maxAttendees", "timeZone") if body is None else ("maxAttendees", "sendUpdates")
    query = {name: value for name in names if (value := optional(more, name)) is not None}
    config: dict[str, Any] = {"method": method, "url": url, "output": "body"}
    return Converted("http-request", config | ({"query": query} if query else {}) | ({"body": body} if body else {}))


def _place(parameters: Parameters, name: str) -> str:
    """The name of a thing as a part of the address."""
    value = chosen(parameters.take(name))
    if value in (None, "", "="):
        raise Unsupported(MISSING, parameter=name)
    written = isinstance(value, str) and not value.startswith("=")
    return quote(value, safe="") if written else expression(f"encodeURIComponent({script(value)})")


def _times(parameters: Parameters, more: Parameters, *, needed: bool) -> dict[str, Any]:
    """When it begins and ends: moments, or days of the calendar."""
    is_whole_day = more.take("allday") in (True, "yes")
    found: dict[str, Any] = {}
    for name in ("start", "end"):
        value = parameters.take(name)
        if value in (None, "", "="):
            if needed:
                raise Unsupported(MISSING, parameter=name)
            continue
        moment = f"String({script(value)}).toDateTime()"
        if is_whole_day:
            found[name] = {"date": expression(f"{moment}.toISODate()")}
        else:
            found[name] = {"dateTime": expression(f"{moment}.toUTC().toISO()")}
    return found


def _written(parameters: Parameters, more: Parameters) -> dict[str, Any]:
    body = {ours: optional(more, theirs) for theirs, ours in _FIELDS.items()}
    attendees = more.take("attendees")
    if attendees:
        listed = f"[].concat({script(attendees)}).flatMap(one=>String(one).split(','))"
        body["attendees"] = expression(f"{listed}.map(one=>({{email:one.trim()}}))")
    rows = parameters.rows("remindersUi", "remindersValues")
    if parameters.take("useDefaultReminders", True) is False:
        overrides = [{name: optional(row, name) for name in ("method", "minutes")} for row in rows]
        body["reminders"] = {"useDefault": False, **({"overrides": overrides} if overrides else {})}
    return {name: value for name, value in body.items() if value is not None}


TYPES = {"googleCalendar": _calendar}
