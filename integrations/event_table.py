"""The table of the event inbox."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations.alarms import WATCHED
from integrations.event_names import MAX_DEDUPE_KEY, MAX_NAME, MAX_SUBJECT
from integrations.safe_json import Decoder, Encoder


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> EventQuerySet:
        """Events of the projects in which `user` may see events."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="event.view"))


class Event(models.Model):
    """Something that has happened. It is told to whoever waits for it, and kept also when nobody does.

    `subject` says about whom or what, "" for nothing in particular; `at` is when it was written. `depth` counts the
    runs behind it of which each was started by an event of the one before; `tellings` is 1 and one more per replay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(
        "accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"), db_index=False
    )
    name = models.CharField(_("имя"), max_length=MAX_NAME)
    subject = models.CharField(_("предмет"), max_length=MAX_SUBJECT, default="")
    payload = models.JSONField(_("содержание"), default=dict, encoder=Encoder, decoder=Decoder)
    dedupe_key = models.CharField(_("ключ от повторов"), max_length=MAX_DEDUPE_KEY, null=True)
    source = models.CharField(_("источник"), max_length=100)
    depth = models.PositiveSmallIntegerField(_("глубина"), default=0)
    tellings = models.PositiveIntegerField(_("рассказано раз"), default=1)
    at = models.DateTimeField(_("когда"), db_default=Clock())

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("событие")
        verbose_name_plural = _("события")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "name", "dedupe_key"], name="event_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "name", "at"], name="event_by_name"),
            models.Index(fields=["project", "at"], name="event_recent"),
            models.Index(fields=["at"], name="event_age"),
            models.Index(fields=["at"], name="event_alarms", condition=Q(name__in=WATCHED)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}".rstrip()
