"""`/admin/queues`: what waits, what is worked on and by whom, what has failed and what to do about it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts import services as accounts
from accounts.errors import DomainError
from accounts.models import User
from config.admin_pages.ages import age, spelled
from executions.errors import DeadLetterNotFound
from executions.models import Worker
from executions.services import queues as rows
from executions.services.dead_letters import Choice
from executions.services.guards import heard_workers
from executions.services.health import queues
from executions.services.pulse import pulses
from executions.services.replaying import put_aside, replay
from executions.services.tally import Tally
from executions.shapes import spoken
from integrations import outbox


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    projects = accounts.project_ids(user, action="execution.view")
    if not projects:
        raise PermissionDenied
    now = clock.read()
    letters, count, oldest_at = rows.failed(projects)
    heard = {worker.pk for worker in heard_workers()}
    counted = rows.counted(projects)
    context = {
        **admin.site.each_context(request),
        "title": _("Очереди"),
        "queues": [(queue, age(queue.ready_since, now), counted.get(queue.name, {})) for queue in queues()],
        "outboxes": [(name, *_told(outbox.overdue(name), now)) for name in outbox.QUEUES],
        "running": [(step, age(step.started_at, now)) for step in rows.running(projects)],
        "delayed": rows.delayed(projects),
        "letters": [(letter, spoken(letter.error)["message"] if letter.error else "") for letter in letters],
        "letter_count": count,
        "letter_age": age(oldest_at, now),
        "workers": [(worker, age(worker.seen_at, now), worker.pk in heard) for worker in _heard_first(heard)],
        "pulses": [(pulse, spelled(pulse.silent_seconds)) for pulse in pulses()],
        "steers": bool(accounts.project_ids(user, action="execution.control")),
    }
    return TemplateResponse(request, "admin/naryad/queues.html", context)


@require_POST
def deal_with(request: HttpRequest) -> HttpResponse:
    """Run the chosen letters again, or put them aside, as `act` says; each is named by `letter`."""
    user = _person(request)
    projects = accounts.project_ids(user, action="execution.control")
    if not projects:
        raise PermissionDenied
    try:
        choice = Choice(ids=frozenset(uuid.UUID(value) for value in request.POST.getlist("letter")))
    except ValueError:
        return HttpResponseBadRequest()
    if not choice.ids:
        messages.warning(request, _("Ничего не выбрано"))
        return HttpResponseRedirect(reverse("admin:queues"))
    try:
        if request.POST.get("act") == "replay":
            tally = replay(projects, choice, user=user)
        else:
            tally = put_aside(projects, choice, user=user, reason=request.POST.get("reason", "")[:500])
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        _tell(request, tally)
    return HttpResponseRedirect(reverse("admin:queues"))


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _told(overdue: tuple[int, Any], now: Any) -> tuple[int, Any]:
    count, since = overdue
    return count, age(since, now)


def _tell(request: HttpRequest, tally: Tally) -> None:
    if tally.done:
        messages.success(request, _("Сделано: %(count)s") % {"count": tally.done})
    for letter, code in tally.failed:
        reason = DeadLetterNotFound.message if code == DeadLetterNotFound.code else code
        messages.error(request, f"{letter}: {reason}")


def _heard_first(heard: Collection[str]) -> list[Worker]:
    """Every worker that is remembered: those that were killed would stand before those that work."""
    return sorted(rows.workers(), key=lambda worker: worker.pk not in heard)
