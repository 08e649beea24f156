"""What the bot remembers between two updates: what it answered, and tickets that are not complete yet."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.clock import Clock
from tickets.models.categories import TicketCategory


class TelegramReply(models.Model):
    """What an update was answered. The update may come again, and is then answered the same."""

    update = models.CharField(_("событие"), max_length=64, primary_key=True)
    reply = models.JSONField(_("ответ"))
    at = models.DateTimeField(_("когда"), db_default=Clock(), db_index=True)

    class Meta:
        db_table = "telegram_replies"
        verbose_name = _("ответ бота")
        verbose_name_plural = _("ответы бота")

    def __str__(self) -> str:
        return self.update


class TicketDraft(models.Model):
    """A ticket that somebody is putting together in the chat: a category, words, files, in any order.

    `files` are `{"id", "name"}` of Telegram. `complete` says that it is on its way to becoming a ticket, and only the
    rest of its `album` is added.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("человек"), db_index=False
    )
    category = models.ForeignKey(
        TicketCategory, models.CASCADE, null=True, related_name="+", verbose_name=_("категория")
    )
    text = models.TextField(_("текст"), blank=True)
    files = models.JSONField(_("файлы"), default=list)
    album = models.CharField(_("альбом"), max_length=64, blank=True)
    complete = models.BooleanField(_("собран"), default=False)
    at = models.DateTimeField(_("когда"), db_default=Clock(), db_index=True)

    class Meta:
        db_table = "ticket_drafts"
        verbose_name = _("черновик заявки")
        verbose_name_plural = _("черновики заявок")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["person", "album"], name="draft_by_person")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(complete=False), name="draft_one_open_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.text[:50]}"
