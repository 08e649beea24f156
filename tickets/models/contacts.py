"""The people outside that the project talks to: subscribers, clients, leads."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder


class Channel(models.TextChoices):
    """The ways to reach a contact."""

    EMAIL = "email", _("Электронная почта")
    TELEGRAM = "telegram", _("Telegram")


class ContactField(models.Model):
    """A custom field of the project's contacts: what may be written under `key`."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Текст")
        NUMBER = "number", _("Число")
        BOOLEAN = "boolean", _("Да или нет")
        DATE = "date", _("Дата")
        DATETIME = "datetime", _("Дата и время")

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    key = models.CharField(
        _("ключ"),
        max_length=50,
        validators=[RegexValidator(r"^[A-Za-z_][A-Za-z0-9_]*\Z", _("Ключ состоит из латинских букв, цифр и _"))],
    )
    title = models.CharField(_("название"), max_length=200, blank=True)
    kind = models.CharField(_("тип"), max_length=10, choices=Kind, default=Kind.TEXT)
    created_at = models.DateTimeField(_("создано"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("поле контакта")
        verbose_name_plural = _("поля контактов")
        ordering: ClassVar[list[str]] = ["key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "key"],
                name="contact_field_once",
                violation_error_message=_("Поле с таким ключом в проекте уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key


class Tag(models.Model):
    """A mark that groups contacts; its name is unique in the project whatever its case."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    name = models.CharField(_("название"), max_length=100)
    created_at = models.DateTimeField(_("создана"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("метка")
        verbose_name_plural = _("метки")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "project",
                Lower("name"),
                name="tag_once",
                violation_error_message=_("Такая метка в проекте уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Any) -> ContactQuerySet:
        """Contacts of the projects in which `user` may look at them."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="contact.view"))


class Contact(models.Model):
    """One person; each e-mail, phone and Telegram belongs to one contact of a project.

    `email` is kept in lower case, `phone` as `+79001234567`. `fields` holds the custom fields, `{key: value}`. A
    channel is left alone from the moment its `…_unsubscribed_at` (the person's wish) or `…_unreachable_at` (nobody
    is there any more) names; a new address of the channel is reachable again. `former_ids` are those of the rows that
    were merged into this one: letters and buttons that carry them are still its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    name = models.CharField(_("имя"), max_length=255, blank=True)
    email = models.CharField(_("электронная почта"), max_length=254, null=True, blank=True)
    phone = models.CharField(_("телефон"), max_length=16, null=True, blank=True)
    telegram_id = models.BigIntegerField(_("Telegram"), null=True, blank=True)
    language = models.CharField(_("язык"), max_length=10, blank=True)
    fields = models.JSONField(_("поля"), default=dict, blank=True, encoder=Encoder, decoder=Decoder)
    tags = models.ManyToManyField(Tag, through="Tagging", related_name="contacts", verbose_name=_("метки"))
    email_unsubscribed_at = models.DateTimeField(_("отписан от писем"), null=True, blank=True)
    email_unreachable_at = models.DateTimeField(_("письма не доходят"), null=True, blank=True)
    telegram_unsubscribed_at = models.DateTimeField(_("отписан в Telegram"), null=True, blank=True)
    telegram_unreachable_at = models.DateTimeField(_("недоступен в Telegram"), null=True, blank=True)
    former_ids = ArrayField(models.UUIDField(), verbose_name=_("прежние номера"), default=list, editable=False)
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)
    updated_at = models.DateTimeField(_("изменён"), db_default=Clock(), editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("контакт")
        verbose_name_plural = _("контакты")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "email"],
                name="contact_email_once",
                violation_error_message=_("Контакт с такой электронной почтой в проекте уже есть"),
            ),
            models.UniqueConstraint(
                fields=["project", "phone"],
                name="contact_phone_once",
                violation_error_message=_("Контакт с таким телефоном в проекте уже есть"),
            ),
            models.UniqueConstraint(
                fields=["project", "telegram_id"],
                name="contact_telegram_once",
                violation_error_message=_("Контакт с таким Telegram в проекте уже есть"),
            ),
            models.CheckConstraint(condition=~Q(email="") & ~Q(phone=""), name="contact_absent_is_null"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("project", F("created_at").desc(), F("id").desc(), name="contact_recent"),
            GinIndex(fields=["fields"], name="contact_fields", opclasses=["jsonb_path_ops"]),
            GinIndex(fields=["former_ids"], name="contact_former_ids"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or (str(self.telegram_id) if self.telegram_id else str(self.pk))


class Tagging(models.Model):
    """A tag on a contact. The unique index leads with the tag, so all contacts of one are read in order of their id."""

    id = models.BigAutoField(primary_key=True)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings", db_index=False, verbose_name=_("метка"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="taggings", verbose_name=_("контакт"))
    created_at = models.DateTimeField(_("поставлена"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("метка контакта")
        verbose_name_plural = _("метки контактов")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tag", "contact"], name="tagging_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} · {self.contact}"
