"""The tables of the border: secrets, messages on their way out and in, events, and stored data."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations import credential_kinds
from integrations.alert_table import Alert as Alert
from integrations.alert_table import AlertMessage as AlertMessage
from integrations.alert_table import AlertSighting as AlertSighting
from integrations.event_table import Event as Event
from integrations.safe_json import Decoder, Encoder
from integrations.talk_table import Talk as Talk


class Credential(models.Model):
    """One secret for outside systems. People may use it, nobody can read it back: only the ciphertext is here.

    The ciphertext belongs to this id and this project (`integrations.credentials`), so a copy in another row is
    worthless. `settings` is what belongs to it and is no secret; which names there are says `credential_kinds`.
    Workflows of the projects in `shared_with` may use it as those of its own; a revoked one nobody may use.
    """

    class Kind(models.TextChoices):
        BEARER = credential_kinds.BEARER, _("Токен (Authorization: Bearer)")
        BASIC = credential_kinds.BASIC, _("Логин и пароль (Authorization: Basic)")
        HEADER = credential_kinds.HEADER, _("Заголовок с ключом")
        QUERY = credential_kinds.QUERY, _("Ключ в параметре адреса")
        OAUTH2 = credential_kinds.OAUTH2, _("OAuth 2.0 (client credentials)")
        OAUTH2_REFRESH = credential_kinds.OAUTH2_REFRESH, _("OAuth 2.0 (токен обновления)")
        GOOGLE = credential_kinds.GOOGLE, _("Сервисный аккаунт Google")
        SMTP = credential_kinds.SMTP, _("Почтовый сервер SMTP")
        IMAP = credential_kinds.IMAP, _("Почтовый ящик IMAP")
        POSTGRES = credential_kinds.POSTGRES, _("База данных PostgreSQL")
        REDIS = credential_kinds.REDIS, _("Сервер Redis")
        TELEGRAM = credential_kinds.TELEGRAM, _("Бот Telegram")
        OPENAI = credential_kinds.OPENAI, _("Языковая модель (OpenAI и совместимые)")
        WEBHOOK = credential_kinds.WEBHOOK, _("Входящий вебхук чата (Slack, Discord, Mattermost)")
        WILDBERRIES = credential_kinds.WILDBERRIES, _("Токен Wildberries")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(
        "accounts.Project", models.PROTECT, related_name="credentials", verbose_name=_("проект")
    )
    name = models.CharField(_("название"), max_length=200)
    kind = models.CharField(_("вид"), max_length=40, choices=Kind.choices)
    settings = models.JSONField(_("настройки"), default=dict, blank=True)
    shared_with = models.ManyToManyField(
        "accounts.Project", blank=True, related_name="+", verbose_name=_("доступны проектам")
    )
    revoked_at = models.DateTimeField(_("отозваны"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("последнее применение"), null=True, editable=False)
    last_execution_id = models.UUIDField(_("применивший запуск"), null=True, editable=False)
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
    `tries` are sendings that failed; `losses` count senders that died with the message in hand.
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
    losses = models.PositiveSmallIntegerField(_("потеряно отправителей"), default=0, db_default=0)
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
            models.Index(KT("payload__ticket"), condition=Q(payload__has_key="ticket"), name="outbox_about_ticket"),
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
    """One stored item. Its key is execution, node (with the pass of a loop: `metrics#2`) and position."""

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


class WarehouseTable(models.Model):
    """A table in BigQuery that holds the rows of a dataset, and what each key of its rows became there.

    A table whose name a node has `chosen` may be filled by several of them; every other one belongs to its dataset.
    `columns` is `[key, column, type]` in the order in which they came; a type never changes. `keys` are the keys whose
    values make a row unique; without any a row is known by run, node and position. `ensured` counts the columns that
    the table surely has, null before it was first made. Nothing is loaded before `next_at` (`BIGQUERY_BATCH_SECONDS`).
    """

    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="warehouse_tables", verbose_name=_("набор данных"), db_index=False
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Dataset.Kind.choices)
    name = models.CharField(_("таблица"), max_length=300)
    chosen = models.BooleanField(_("имя задано узлом"), default=False)
    columns = models.JSONField(_("столбцы"), default=list)
    keys = models.JSONField(_("ключевые поля"), default=list)
    ensured = models.PositiveIntegerField(null=True)
    location = models.CharField(_("регион"), max_length=100, blank=True)
    next_at = models.DateTimeField(_("следующая загрузка"), db_default=Clock())

    class Meta:
        verbose_name = _("таблица BigQuery")
        verbose_name_plural = _("таблицы BigQuery")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "kind", "name"], name="warehouse_table_of_dataset"),
            models.UniqueConstraint(fields=["name"], condition=Q(chosen=False), name="warehouse_table_is_owned"),
        ]

    def __str__(self) -> str:
        return self.name


class WarehouseLoad(models.Model):
    """One load job: what belongs to it is settled before it is sent, so that its id means the same rows for ever.

    `generation` counts the jobs that have ended badly; each takes an id of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    table = models.ForeignKey(WarehouseTable, models.CASCADE, related_name="loads", verbose_name=_("таблица"))
    generation = models.PositiveIntegerField(_("повторов задания"), default=0)
    rows = models.PositiveIntegerField(_("строк"), default=0)
    rejected = models.PositiveIntegerField(_("отклонено"), default=0)
    error = models.JSONField(_("ошибка"), null=True, encoder=Encoder, decoder=Decoder)
    created_at = models.DateTimeField(_("начато"), db_default=Clock())
    loaded_at = models.DateTimeField(_("загружено"), null=True)

    class Meta:
        verbose_name = _("загрузка в BigQuery")
        verbose_name_plural = _("загрузки в BigQuery")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["table"], condition=Q(loaded_at__isnull=True), name="warehouse_one_open_load"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["loaded_at"], name="warehouse_load_age")]

    def __str__(self) -> str:
        return self.job_id

    @property
    def job_id(self) -> str:
        return f"naryad_{self.id.hex}_{self.generation}"


class Shipment(models.Model):
    """What one node of one run has in a dataset, on its way to BigQuery: waiting without `load`, else part of it.

    One that is not `complete` is still being written and stays where it is.
    """

    table = models.ForeignKey(
        WarehouseTable, models.CASCADE, related_name="shipments", verbose_name=_("таблица"), db_index=False
    )
    execution_id = models.UUIDField(_("запуск"))
    node_id = models.CharField(_("узел"), max_length=255)
    rows = models.PositiveIntegerField(_("строк"), default=0)
    complete = models.BooleanField(default=True)
    load = models.ForeignKey(
        WarehouseLoad, models.SET_NULL, null=True, related_name="shipments", verbose_name=_("загрузка")
    )
    written_at = models.DateTimeField(_("записано"), db_default=Clock())

    class Meta:
        verbose_name = _("партия строк для BigQuery")
        verbose_name_plural = _("партии строк для BigQuery")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["table", "execution_id", "node_id"], name="shipment_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["table", "id"], condition=Q(load__isnull=True, complete=True), name="shipment_waiting"
            ),
            models.Index(fields=["written_at"], name="shipment_age"),
        ]

    def __str__(self) -> str:
        return f"{self.execution_id}:{self.node_id}"


class RejectedRow(models.Model):
    """A row that BigQuery could not take, with the field that spoils it. The rest of its shipment was loaded."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="rejected_rows", verbose_name=_("партия строк"), db_index=False
    )
    position = models.PositiveIntegerField(_("номер"))
    field = models.CharField(_("поле"), max_length=500)
    reason = models.CharField(_("причина"), max_length=50)
    row = models.JSONField(_("данные"), encoder=Encoder, decoder=Decoder)
    created_at = models.DateTimeField(_("отклонено"), db_default=Clock())

    class Meta:
        verbose_name = _("отклонённая строка")
        verbose_name_plural = _("отклонённые строки")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["shipment", "position"], name="rejected_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment} {self.position}: {self.field}"


class StoredFile(models.Model):
    """The content of files that travel with items, once per project; `used_at` says when somebody last asked for it.

    The id follows from project and content (`integrations.files`), so that a repeated step writes the same row.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    project = models.ForeignKey(
        "accounts.Project", models.CASCADE, related_name="+", db_index=False, verbose_name=_("проект")
    )
    size = models.PositiveIntegerField(_("размер"))
    content = models.BinaryField(_("содержимое"))
    created_at = models.DateTimeField(_("сохранён"), db_default=Clock())
    used_at = models.DateTimeField(_("последнее применение"), db_default=Clock())

    class Meta:
        verbose_name = _("файл элемента")
        verbose_name_plural = _("файлы элементов")
        ordering: ClassVar[list[str]] = ["-used_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["used_at"], name="stored_file_age"),
            models.Index(fields=["project"], include=["size"], name="stored_file_room"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
