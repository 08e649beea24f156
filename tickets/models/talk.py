"""What people say about a ticket, and the files they add."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.clock import Clock
from tickets.models.desk import Ticket


class TicketComment(models.Model):
    """Words that author and executor both see."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="comments", verbose_name=_("заявка"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("кто"), db_index=False
    )
    text = models.TextField(_("текст"), blank=True)
    source = models.CharField(_("откуда"), max_length=10, choices=Ticket.Source)
    key = models.CharField(max_length=255, null=True, unique=True, editable=False)
    at = models.DateTimeField(_("когда"), db_default=Clock())

    class Meta:
        db_table = "ticket_comments"
        verbose_name = _("комментарий")
        verbose_name_plural = _("комментарии")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.text[:50]


class TicketNote(models.Model):
    """Words for executors and managers alone. A table of its own, which nothing that sends ever reads."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="notes", verbose_name=_("заявка"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("кто"), db_index=False
    )
    text = models.TextField(_("текст"))
    at = models.DateTimeField(_("когда"), db_default=Clock())

    class Meta:
        db_table = "ticket_notes"
        verbose_name = _("служебная заметка")
        verbose_name_plural = _("служебные заметки")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.text[:50]


class TicketAttachment(models.Model):
    """A file of a ticket. It lies outside of what the web server shows, under a name that only this row knows."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attachments", verbose_name=_("заявка"))
    comment = models.ForeignKey(
        TicketComment, models.CASCADE, null=True, related_name="attachments", verbose_name=_("комментарий")
    )
    name = models.CharField(_("имя файла"), max_length=255)
    media_type = models.CharField(_("тип"), max_length=100)
    size = models.PositiveBigIntegerField(_("размер, байт"))
    stored_as = models.CharField(max_length=80, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("кто добавил"), db_index=True
    )
    at = models.DateTimeField(_("когда"), db_default=Clock())

    class Meta:
        db_table = "ticket_attachments"
        verbose_name = _("вложение")
        verbose_name_plural = _("вложения")
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return self.name
