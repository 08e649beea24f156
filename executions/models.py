"""The tables of a run. Truth about what has happened and what is next; Celery and Valkey only carry hints about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from executions.books import Notice as Notice
from executions.books import RunAnswer as RunAnswer
from executions.books import SavedError as SavedError
from executions.columns import StateField
from executions.engine.states import OPEN_EXECUTION, ExecutionStatus, Origin, StepStatus
from executions.reactions import Listener as Listener
from executions.reactions import Reaction as Reaction
from executions.reactions import Vigil as Vigil
from executions.schedules import ScheduleFire as ScheduleFire
from executions.schedules import Trigger as Trigger
from integrations.safe_json import Decoder, Encoder


def json_field(**options: Any) -> models.JSONField[Any, Any]:
    """A JSON column that keeps every digit of a number."""
    return models.JSONField(encoder=Encoder, decoder=Decoder, **options)


class ExecutionQuerySet(models.QuerySet["Execution"]):
    def visible_to(self, user: Any) -> ExecutionQuerySet:
        """Runs of the projects in which `user` may look at runs."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="execution.view"))

    def open(self) -> ExecutionQuerySet:
        return self.filter(status__in=OPEN_EXECUTION)


class Execution(models.Model):
    """One run of one version of a workflow. Its row is the lock under which every step of the run is recorded."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("Проект"))
    workflow = models.ForeignKey(
        "workflows.Workflow", models.PROTECT, related_name="executions", verbose_name=_("Рабочий процесс")
    )
    version = models.ForeignKey(
        "workflows.WorkflowVersion", models.PROTECT, related_name="executions", verbose_name=_("Версия")
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Кто запустил")
    )
    status = StateField(
        _("Состояние"), domain="execution_status", max_length=12, choices=[(s, s) for s in ExecutionStatus]
    )
    priority = models.SmallIntegerField(_("Приоритет"), default=5)
    input_data = json_field(verbose_name=_("Входные данные"), default=dict)
    error = json_field(verbose_name=_("Ошибка"), null=True)
    open_steps = models.IntegerField(_("Открытых шагов"))
    event_seq = models.BigIntegerField(default=0)
    epoch = models.IntegerField(default=1)
    deadline_at = models.DateTimeField(_("Срок"), null=True)
    origin = models.CharField(_("Начало"), max_length=12, default="manual", choices=[(o, o) for o in Origin])
    parent_step = models.ForeignKey(
        "Step", models.SET_NULL, null=True, related_name="children", verbose_name=_("Шаг, начавший запуск")
    )
    awaited = models.BooleanField(_("Его ждёт шаг"), default=False)
    depth = models.SmallIntegerField(_("Вложенность"), default=0)
    retry_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="retries", verbose_name=_("Повтор запуска")
    )
    concurrency_key = models.CharField(_("Ключ очередности"), max_length=200, default="")
    aftercare = models.BooleanField(_("После конца есть дело"), default=False)
    created_at = models.DateTimeField(_("Создан"), db_default=Clock())
    started_at = models.DateTimeField(_("Начат"), null=True)
    paused_at = models.DateTimeField(_("Приостановлен в последний раз"), null=True)
    finished_at = models.DateTimeField(_("Закончен"), null=True)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("запуск")
        verbose_name_plural = _("запуски")
        ordering = ["-created_at"]
        indexes = [
            models.Index("project", F("created_at").desc(), name="execution_project_recent"),
            models.Index("workflow", F("created_at").desc(), name="execution_workflow_recent"),
            models.Index("status", name="execution_open", condition=Q(finished_at=None)),
            models.Index("finished_at", name="execution_finished", condition=Q(finished_at__isnull=False)),
            models.Index(
                "finished_at", name="execution_aftercare", condition=Q(aftercare=True, finished_at__isnull=False)
            ),
            models.Index("workflow", "created_at", name="execution_queued", condition=Q(status="queued")),
            models.Index(
                "deadline_at", name="execution_deadline", condition=Q(finished_at=None, deadline_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(priority__lte=10), name="execution_priority_range"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Step(models.Model):
    """One node in one run; its id follows from both (`engine.identity`).

    `remaining` and `live` are its join: edges not yet resolved, edges that fired.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="steps", verbose_name=_("Запуск"))
    node_id = models.CharField(_("Узел"), max_length=200)
    node_type = models.CharField(_("Тип узла"), max_length=100)
    label = models.CharField(_("Название"), max_length=500)
    position = models.IntegerField(_("Место"))
    scope = ArrayField(models.IntegerField(), default=list)
    queue = models.CharField(_("Очередь"), max_length=20)
    priority = models.SmallIntegerField(_("Приоритет"))
    timeout_seconds = models.FloatField(_("Предел времени, с"))
    status = StateField(_("Состояние"), domain="step_status", max_length=12, choices=[(s, s) for s in StepStatus])
    remaining = models.IntegerField()
    live = models.IntegerField(default=0)
    fired = ArrayField(models.CharField(max_length=100), null=True)
    epoch = models.IntegerField(default=1)
    attempt = models.IntegerField(_("Попытка"), default=0)
    tries = models.IntegerField(_("Неудач"), default=0)
    rescues = models.SmallIntegerField(_("Спасений"), default=0)
    fence = models.BigIntegerField(default=0)
    leased_by = models.CharField(_("Работник"), max_length=200, null=True)
    lease_expires_at = models.DateTimeField(null=True)
    available_at = models.DateTimeField(_("Не раньше"), null=True)
    rank_at = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    wait_event = models.CharField(max_length=200, null=True)
    wait_subject = models.CharField(max_length=200, null=True)
    wait_reason = models.CharField(_("Чего ждёт"), max_length=100, null=True)
    wake = json_field(null=True)
    progress = json_field(null=True)
    edited_input = json_field(null=True)  # items by port that a person put in the place of what the edges bring
    error = json_field(verbose_name=_("Ошибка"), null=True)
    handled = models.BooleanField(default=False)
    started_at = models.DateTimeField(_("Начат"), null=True)
    finished_at = models.DateTimeField(_("Закончен"), null=True)

    class Meta:
        verbose_name = _("шаг")
        verbose_name_plural = _("шаги")
        ordering = ["position", "scope"]
        indexes = [
            models.Index("queue", "rank_at", name="step_ready", condition=Q(status=StepStatus.READY)),
            models.Index(
                "available_at",
                name="step_due",
                condition=Q(status__in=[StepStatus.DELAYED, StepStatus.WAITING]),
            ),
            models.Index(
                "wait_event", name="step_awaiting", condition=Q(status=StepStatus.WAITING, wait_event__isnull=False)
            ),
            models.Index("lease_expires_at", name="step_leased", condition=Q(status=StepStatus.RUNNING)),
            models.Index("finished_at", name="step_dead", condition=Q(status=StepStatus.FAILED, handled=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=StepStatus.RUNNING) | Q(lease_expires_at__isnull=False),
                name="step_running_is_leased",
            ),
        ]

    def __str__(self) -> str:
        return self.node_id


class StepData(models.Model):
    """The items that left a step by one port; a row exists exactly when the port fired."""

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, models.CASCADE, related_name="data", db_index=False)
    port = models.CharField(max_length=100)
    items = json_field()
    sources = json_field(null=True)

    class Meta:
        verbose_name = _("данные шага")
        verbose_name_plural = _("данные шагов")
        constraints = [models.UniqueConstraint("step", "port", name="stepdata_once_per_port")]

    def __str__(self) -> str:
        return self.port


class Attempt(models.Model):
    """One ended try of a step, append only. The try that is going on stands in the step's own row."""

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, models.CASCADE, related_name="attempts", db_index=False)
    fence = models.BigIntegerField()
    epoch = models.IntegerField()
    number = models.IntegerField(_("Попытка"))
    worker = models.CharField(_("Работник"), max_length=200)
    outcome = models.CharField(_("Исход"), max_length=20)
    error = json_field(verbose_name=_("Ошибка"), null=True)
    started_at = models.DateTimeField(_("Начата"))
    ended_at = models.DateTimeField(_("Закончена"), db_default=Clock())

    class Meta:
        verbose_name = _("попытка")
        verbose_name_plural = _("попытки")
        ordering = ["fence"]
        constraints = [models.UniqueConstraint("step", "fence", name="attempt_once_per_fence")]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class ExecutionEvent(models.Model):
    """One line of a run's journal. `seq` is taken under the execution's lock: without gaps, in order of commit."""

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    type = models.CharField(_("Событие"), max_length=40)
    level = models.CharField(_("Уровень"), max_length=8, default="info")
    step_id = models.UUIDField(null=True)
    payload = json_field(default=dict)
    at = models.DateTimeField(_("Когда"), db_default=Clock())

    class Meta:
        verbose_name = _("запись журнала")
        verbose_name_plural = _("журнал")
        ordering = ["seq"]
        constraints = [models.UniqueConstraint("execution", "seq", name="event_seq_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Worker(models.Model):
    """A worker process that is alive: written by its heartbeat, read by whoever asks why nothing moves."""

    id = models.CharField(primary_key=True, max_length=200)
    host = models.CharField(_("Узел сети"), max_length=200)
    pid = models.PositiveIntegerField()
    queues = ArrayField(models.CharField(max_length=20), verbose_name=_("Очереди"))
    slots = models.PositiveSmallIntegerField(_("Мест"))
    seen_at = models.DateTimeField(_("Виден"), db_default=Clock())
    draining = models.BooleanField(_("Завершается"), default=False)

    class Meta:
        verbose_name = _("работник")
        verbose_name_plural = _("работники")

    def __str__(self) -> str:
        return self.id


class LoopPass(models.Model):
    """One pass of a loop. `opened` steps of it have not ended; `fired` says whether it asked for another pass."""

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="passes", db_index=False)
    header = models.CharField(max_length=200)
    scope = ArrayField(models.IntegerField())
    opened = models.PositiveIntegerField()
    fired = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("проход цикла")
        verbose_name_plural = _("проходы циклов")
        constraints = [models.UniqueConstraint("execution", "header", "scope", name="pass_once_per_scope")]

    def __str__(self) -> str:
        return f"{self.header} {self.scope}"


class Slot(models.Model):
    """A place under a workflow's concurrency limit, held from the run's admission to its end, also while paused."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey("workflows.Workflow", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    execution = models.OneToOneField(Execution, models.CASCADE, related_name="slot")

    class Meta:
        verbose_name = _("место")
        verbose_name_plural = _("места")
        indexes = [models.Index("workflow", "key", name="slot_by_key")]

    def __str__(self) -> str:
        return self.key


class SideEffect(models.Model):
    """A call to the outside that a step made, with its key."""

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="effects", db_index=False)
    step_id = models.UUIDField()
    node_id = models.CharField(_("Узел"), max_length=200)
    fence = models.BigIntegerField()
    key = models.CharField(_("Ключ"), max_length=300)
    method = models.CharField(_("Метод"), max_length=20)
    target = models.CharField(_("Куда"), max_length=500)
    outcome = models.CharField(_("Исход"), max_length=40)
    at = models.DateTimeField(_("Когда"), db_default=Clock())

    class Meta:
        verbose_name = _("действие вовне")
        verbose_name_plural = _("действия вовне")
        ordering = ["id"]
        indexes = [models.Index("execution", "step_id", name="effect_by_step")]

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


class DeadLetterResolution(models.Model):
    """Somebody has dealt with a dead letter, which is a failed step or a message of the outbox, as of `died_at`."""

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="+", db_index=False)
    message_id = models.UUIDField(null=True)
    died_at = models.DateTimeField()
    outcome = models.CharField(_("Исход"), max_length=20)
    reason = models.CharField(_("Причина"), max_length=500, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("Когда"), db_default=Clock())

    class Meta:
        verbose_name = _("разбор неудачи")
        verbose_name_plural = _("разбор неудач")
        constraints = [
            models.UniqueConstraint("step", "died_at", name="step_resolved_once"),
            models.UniqueConstraint("message_id", "died_at", name="message_resolved_once"),
        ]

    def __str__(self) -> str:
        return self.outcome


class IdempotencyKey(models.Model):
    """A start that was accepted under a client's key: the same key and body give the same run for a day."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    workflow = models.ForeignKey("workflows.Workflow", models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("ключ идемпотентности")
        verbose_name_plural = _("ключи идемпотентности")
        constraints = [models.UniqueConstraint("owner", "workflow", "key", name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
