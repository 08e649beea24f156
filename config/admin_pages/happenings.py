"""`/admin/events`: how events go, what became of them and how quickly; and the catalogue, each with a try."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import services as accounts
from accounts.errors import DomainError
from accounts.models import User
from executions.models import Reaction
from executions.services import reacting
from integrations import alerting, event_types, safe_json, trying_events
from tickets.services import event_words

HOURS: Final = {
    1: gettext_lazy("Час"),
    24: gettext_lazy("Сутки"),
    7 * 24: gettext_lazy("Неделя"),
    31 * 24: gettext_lazy("Месяц"),
}
"""How far back one may look."""
USUAL_HOURS: Final = 24


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    projects = accounts.project_ids(user, action="event.view")
    if not projects:
        raise PermissionDenied
    asked = request.GET.get("hours", "")
    hours = int(asked) if asked in map(str, HOURS) else USUAL_HOURS
    course = reacting.by_hour(user=user, hours=hours)
    context = {
        **admin.site.each_context(request),
        "title": _("События"),
        "hours": hours,
        "choices": HOURS.items(),
        "names": [_with_words(line) for line in reacting.overview(user=user, hours=hours)],
        "course": course,
        "most": max((hour["events"] for hour in course), default=0),
        "alerts": alerting.visible_to(user).filter(closed_at=None)[:20],
        "groups": _catalogue(),
        "sends": bool(accounts.project_ids(user, action="event.emit")),
    }
    return TemplateResponse(request, "admin/naryad/events.html", context)


@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Write an event of the type `code` for a try, and show what becomes of it."""
    user = _person(request)
    try:
        event = trying_events.send(code=request.POST.get("code", ""), user=user, **_payload(request))
    except DomainError as error:
        messages.error(request, str(error.message))
        return HttpResponseRedirect(reverse("admin:events"))
    messages.success(request, _("Событие отправлено: %(name)s") % {"name": event.name})
    return HttpResponseRedirect(reverse("admin:integrations_event_change", args=[event.pk]))


def _payload(request: HttpRequest) -> dict[str, Any]:
    """What the person has written into the form; an unreadable text is no object and refused as such."""
    text = request.POST.get("payload", "").strip()
    if not text:
        return {}
    try:
        return {"payload": safe_json.loads(text)}
    except safe_json.UnsafeJSON:
        return {"payload": text}


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _with_words(line: dict[str, Any]) -> dict[str, Any]:
    known = event_types.ALL.get(line["name"])
    labels = dict(Reaction.Outcome.choices)
    outcomes = [(labels.get(outcome, outcome), count) for outcome, count in line["outcomes"].items()]
    return {**line, "title": known.title if known else event_words.title_of(line["name"]), "outcomes": outcomes}


def _catalogue() -> list[tuple[str, list[dict[str, Any]]]]:
    described = [event_types.describe(one) for one in event_types.ALL.values()]
    for one in described:
        one["sampleText"] = safe_json.dumps(one["sample"])
    return [
        (str(title), [one for one in described if one["group"] == group]) for group, title in event_types.GROUPS.items()
    ]
