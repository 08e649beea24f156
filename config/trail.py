"""Who changed what, written by django-auditlog: which tables, which of their fields, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import Model
from django.db.models.signals import pre_save
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import logins, trail
from accounts.clock import Clock
from accounts.models import User

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "accounts.Project": ("code", "name"),
    "accounts.User": ("username", "name", "password", "is_active", "is_staff", "is_superuser"),
    "accounts.Membership": ("user", "project", "role"),
    "accounts.ServiceAccount": ("name", "project", "user"),
    "integrations.Credential": ("name", "kind", "project", "allowed_hosts"),
    "workflows.Workflow": ("code", "name", "description", "kind", "priority"),
    "workflows.Variable": ("project", "key", "value"),
    "tickets.TicketCategory": (
        *("project", "name", "description", "is_active", "calendar", "notify_mode", "self_confirmation"),
    ),
    "tickets.CategoryExecutor": ("user", "ticket_category", "is_active", "priority", "max_tickets"),
    "tickets.WorkingCalendar": ("project", "name", "time_zone"),
    "tickets.WorkingPeriod": (),
    "tickets.Holiday": (),
    "django_celery_beat.PeriodicTask": (
        "name",
        "task",
        "enabled",
        "crontab",
        "interval",
        "clocked",
        "solar",
        "one_off",
    ),
}
"""What is written of each table; a field that is not named here never gets into the trail, `()` are all of them.

Contacts and what people are reached by stay out: the trail would keep what somebody has asked to be forgotten.
"""
HIDDEN: Final = {"accounts.User": ["password"], "workflows.Variable": ["value"]}
"""That these were changed is written, and not to what."""
MANY: Final = {"accounts.User": {"groups", "user_permissions"}, "integrations.Credential": {"shared_with"}}

_request: ContextVar[HttpRequest | None] = ContextVar("request_of_trail", default=None)


class Trail:
    """Remembers the request while it lasts. Whose it is is asked when a line is written: the API knows it late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)


def start() -> None:
    """Begin to write; once in a process."""
    apps.get_app_config("auditlog").verbose_name = _("Кто что менял")
    for table, fields in FIELDS.items():
        auditlog.register(
            apps.get_model(table),
            include_fields=list(fields),
            mask_fields=HIDDEN.get(table, []),
            mask_callable="config.trail.hide",
            m2m_fields=MANY.get(table, set()),
        )
    pre_save.connect(_sign, sender=LogEntry, dispatch_uid="trail")
    trail.changed.connect(_write, dispatch_uid="trail")


def hide(value: str) -> str:
    """What stands in the place of a secret: nothing of it, not even its length."""
    return trail.HIDDEN


def _sign(instance: LogEntry, **_kwargs: Any) -> None:
    if not instance._state.adding:
        return
    instance.timestamp = Clock()
    request = _request.get()
    if request is None:
        return
    person = getattr(request, "user", None)
    instance.actor = person if isinstance(person, User) else None
    address = logins.client_address(request.META)
    instance.remote_addr = None if address == logins.UNKNOWN_ADDRESS else address


def _write(row: Model, changes: dict[str, tuple[Any, Any]], **_kwargs: Any) -> None:
    told = {name: [str(before), str(after)] for name, (before, after) in changes.items() if before != after}
    if told:
        LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes=told)
