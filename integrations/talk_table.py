"""The table of talks: what a model and a person have said to each other, by the session that they are known by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder


class Talk(models.Model):
    """The last turns of one session in a project: `turns` are `{"role", "text"}`, the oldest first."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(
        "accounts.Project", models.CASCADE, related_name="+", db_index=False, verbose_name=_("проект")
    )
    session = models.CharField(_("разговор"), max_length=200)
    turns = models.JSONField(_("реплики"), default=list, encoder=Encoder, decoder=Decoder)
    updated_at = models.DateTimeField(_("последняя реплика"), db_default=Clock())

    class Meta:
        verbose_name = _("разговор с моделью")
        verbose_name_plural = _("разговоры с моделями")
        ordering: ClassVar[list[str]] = ["-updated_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "session"], name="talk_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["updated_at"], name="talk_age")]

    def __str__(self) -> str:
        return self.session
