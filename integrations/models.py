"""The tables of the border: secrets, messages on their way out and in, events, and stored data."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations.event_names import MAX_DEDUPE_KEY, MAX_NAME, MAX_SUBJECT
from integrations.safe_json import Decoder, Encoder


class Credential(models.Model):
    """One secret for outside systems. People may use it, nobody can read it back: only the ciphertext is here.

    The ciphertext belongs to this id and this project (`integrations.credentials`), so a copy in another row is
    worthless.
    """

    class Kind(models.TextChoices):
        TOKEN = "token", _("Токен (Authorization: Bearer)")
        BASIC = "basic", _("Логин и пароль (Authorization: Basic)")
        HEADER = "header", _("Заголовок с ключом")
        WILDBERRIES = "wildberries", _("Токен Wildberries")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(
        "accounts.Project", models.PROTECT, related_name="credentials", verbose_name=_("проект")
    )
    name = models.CharField(_("название"), max_length=200)
    kind = models.CharField(_("вид"), max_length=20, choices=Kind.choices)
    allowed_hosts = models.JSONField(
        _("разрешённые адреса"),
        default=list,
        blank=True,
        help_text=_("Список имён, на которые можно отправлять этот секрет; *.example.org разрешает поддомены"),
    )
    key_id = models.CharField(max_length=16, editable=False)
    ciphertext = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("создано"), db_default=Clock(), editable=False)
    updated_at = models.DateTimeField(_("изменено"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("учётные данные")
        verbose_name_plural = _("учётные данные")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="credential_name_in_project",
                violation_error_message=_("Учётные данные с таким названием в проекте уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OutboxMessage(models.Model):
    """Something to be done after, and only if, the transaction that wrote it was committed.

    `available_at` is when the relay looks at the row next: when it is due, and while it is being sent, when the lease
    of the sender ends. `rank_at` orders the messages of one `ordering_key`; sending a dead one again puts it last.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Ждёт отправки")
        SENDING = "sending", _("Отправляется")
        SENT = "sent", _("Доставлено")
        DEAD = "dead", _("Не доставлено")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(_("тема"), max_length=100)
    queue = models.CharField(_("очередь"), max_length=20)
    payload = models.JSONField(_("содержание"), encoder=Encoder, decoder=Decoder)
    dedupe_key = models.CharField(_("ключ от повторов"), max_length=255, null=True, unique=True)
    ordering_key = models.CharField(_("ключ порядка"), max_length=255, default="")
    state = models.CharField(_("состояние"), max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("попыток"), default=0)
    available_at = models.DateTimeField(_("следующая попытка"), db_default=Clock())
    lease_token = models.UUIDField(null=True)
    error = models.JSONField(_("ошибка"), null=True, encoder=Encoder, decoder=Decoder)
    created_at = models.DateTimeField(_("создано"), db_default=Clock())
    rank_at = models.DateTimeField(db_default=Clock())
    finished_at = models.DateTimeField(_("закончено"), null=True)

    class Meta:
        verbose_name = _("исходящее сообщение")
        verbose_name_plural = _("исходящие сообщения")
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "dead"]), name="outbox_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_token__isnull=False), name="outbox_sender_has_lease"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["queue", "available_at"], condition=Q(state__in=["waiting", "sending"]), name="outbox_due"
            ),
            models.Index(
                fields=["ordering_key", "rank_at", "id"],
                condition=Q(state__in=["waiting", "sending"]) & ~Q(ordering_key=""),
                name="outbox_order",
            ),
            models.Index(
                fields=["state", "finished_at"], condition=Q(state__in=["sent", "dead"]), name="outbox_finished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"


class InboundMessage(models.Model):
    """A delivery from outside that was taken in; a second one with the same id is a repeat and changes nothing."""

    source = models.CharField(_("источник"), max_length=100)
    external_id = models.CharField(_("внешний номер"), max_length=255)
    received_at = models.DateTimeField(_("получено"), db_default=Clock(), db_index=True)

    class Meta:
        verbose_name = _("входящее сообщение")
        verbose_name_plural = _("входящие сообщения")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "external_id"], name="inbound_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> EventQuerySet:
        """Events of the projects in which `user` may see events."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="event.view"))


class Event(models.Model):
    """Something that has happened. It is told to whoever waits for it, and kept also when nobody does.

    `subject` says about whom or what, "" for nothing in particular; `at` is when it was written.
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
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}".rstrip()


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: Any) -> DatasetQuerySet:
        """Datasets of the projects in which `user` may look at stored data."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="dataset.view"))


class Dataset(models.Model):
    """What one node of one workflow has stored over all its runs.

    `columns` are the top-level keys of the rows in the order in which they were first seen; `row_count` is kept in
    step with the rows under this row's lock. Workflow and node belong to an upper floor and are ids only.
    """

    class Kind(models.TextChoices):
        RAW = "raw", _("Сырые")
        PROCESSED = "processed", _("Обработанные")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="datasets", verbose_name=_("проект"))
    name = models.CharField(_("имя"), max_length=255)
    title = models.CharField(_("название"), max_length=500, blank=True)
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    workflow_id = models.UUIDField(_("рабочий процесс"), null=True)
    node_id = models.CharField(_("узел"), max_length=255, blank=True)
    node_type = models.CharField(_("тип узла"), max_length=100, blank=True)
    columns = models.JSONField(_("столбцы"), default=list)
    row_count = models.PositiveBigIntegerField(_("строк"), default=0)
    created_at = models.DateTimeField(_("создано"), db_default=Clock())
    updated_at = models.DateTimeField(_("изменено"), db_default=Clock())

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("набор данных")
        verbose_name_plural = _("наборы данных")
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "name"], name="dataset_name_in_project"),
        ]

    def __str__(self) -> str:
        return self.title or self.name


class DatasetRow(models.Model):
    """One stored item. Its key is execution, node and position, so storing a run again replaces and never doubles."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="rows", verbose_name=_("набор данных"), db_index=False
    )
    execution_id = models.UUIDField(_("запуск"))
    node_id = models.CharField(_("узел"), max_length=255)
    position = models.PositiveIntegerField(_("номер"))
    payload = models.JSONField(_("данные"), encoder=Encoder, decoder=Decoder)
    stored_at = models.DateTimeField(_("записано"), db_default=Clock())

    class Meta:
        verbose_name = _("строка данных")
        verbose_name_plural = _("строки данных")
        ordering: ClassVar[list[str]] = ["dataset_id", "stored_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "execution_id", "node_id", "position"], name="dataset_row_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["dataset", "stored_at", "id"], name="dataset_row_by_time"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        return f"{self.execution_id}:{self.node_id}:{self.position}"
