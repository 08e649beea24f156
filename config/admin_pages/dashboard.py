"""The first page of the admin: how the runs go, what waits, what is wrong, and how the desk stands."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts import services as accounts
from accounts.models import User
from config.admin_pages.ages import age, spelled
from config.admin_pages.charts import chart_of
from executions.services.dead_letters import Choice, oldest
from executions.services.health import queues
from executions.services.overview import FAILED, FATES, OPEN, STOPPED, SUCCEEDED, last_day
from executions.services.pulse import pulses
from integrations import outbox, standing
from integrations.errors import ValkeyAway
from tickets.pages.places import page_of_tickets
from tickets.services import overview as desk

MANY: int = 8
"""Names that are listed before the rest is only counted."""


def contents(user: User) -> dict[str, Any]:
    """The variables of the page: of the projects that `user` may look at."""
    runs = accounts.project_ids(user, action="execution.view")
    tickets = desk.projects_of(user)
    return {
        **(_runs(user, runs) if runs else {}),
        **(_desk(user, tickets) if tickets else {}),
        **_circuits(),
        "pulses": [(pulse, spelled(pulse.silent_seconds)) for pulse in pulses()],
    }


def zone_of(user: User) -> tzinfo:
    return zoneinfo.ZoneInfo(user.time_zone) if user.time_zone else UTC


def _runs(user: User, projects: Collection[int]) -> dict[str, Any]:
    now = clock.read()
    day = last_day(projects, zone=zone_of(user))
    letters, letter_at = oldest(projects, Choice())
    names = {SUCCEEDED: _("успешно"), FAILED: _("с ошибкой"), STOPPED: _("остановлены"), OPEN: _("идут")}
    return {
        "chart": chart_of(day.hours),
        "fates": [(fate, names[fate], day.total(fate)) for fate in FATES],
        "troubles": day.troubles,
        "queues": [(queue, age(queue.ready_since, now)) for queue in queues()],
        "outboxes": [(name, count, age(since, now)) for name, count, since in _outboxes()],
        "letters": letters,
        "letter_age": age(letter_at, now),
    }


def _outboxes() -> Iterator[tuple[str, int, datetime | None]]:
    for name in outbox.QUEUES:
        yield (name, *outbox.overdue(name))


def _desk(user: User, projects: Collection[int]) -> dict[str, Any]:
    statuses = desk.by_status(projects)
    address = reverse(page_of_tickets(user))
    silent = [load for load in desk.loads(projects) if load.active and load.obstacle]
    people = list(dict.fromkeys(str(load.person) for load in silent))
    return {
        "statuses": [
            (desk.name_of(status), count, f"{address}?status__id__exact={status.value}")
            for status, count in statuses.items()
        ],
        "terms": desk.terms(projects),
        "silent": people[:MANY],
        "more_silent": max(0, len(people) - MANY),
    }


def _circuits() -> dict[str, Any]:
    """The breakers that are open; without Valkey nobody knows."""
    try:
        return {"circuits": [one for one in standing.circuits() if one.state != "closed"], "valkey": True}
    except ValkeyAway:
        return {"circuits": [], "valkey": False}
