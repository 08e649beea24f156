"""Tickets, what has happened to them, and when the clock looks at them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder
from tickets.lifecycle import OPEN, Happening, Status, Verb
from tickets.models.categories import CategoryExecutor, TicketCategory
from tickets.timetable import Alarm

STATUS_NAMES: dict[Status, Any] = {
    Status.CREATED: _("Создана"),
    Status.IN_WORK: _("В работе"),
    Status.DEFERRED: _("Отложена"),
    Status.ON_CONFIRMATION: _("На подтверждении"),
    Status.COMPLETED: _("Завершена"),
    Status.CANCELLED: _("Отменена"),
}
"""What people call the statuses, in the language of the reader."""

VERB_NAMES: dict[str, Any] = {
    Verb.CREATE: _("Создана"),
    Verb.TAKE: _("Взята в работу"),
    Verb.DEFER: _("Отложена"),
    Verb.TERM: _("Перенесён срок"),
    Verb.RESUME: _("Возвращена из отложенных"),
    Verb.SUBMIT: _("Отправлена на подтверждение"),
    Verb.WITHDRAW: _("Отозвана с подтверждения"),
    Verb.CONFIRM: _("Выполнение подтверждено"),
    Verb.RETURN: _("Возвращена в работу"),
    Verb.RELEASE: _("Снята с исполнителя"),
    Verb.REASSIGN: _("Назначена"),
    Verb.CANCEL: _("Отменена"),
    Verb.REOPEN: _("Открыта снова"),
    Verb.RATE: _("Оценена"),
    Verb.VACATE: _("Исполнитель выбыл"),
    Verb.EDIT: _("Изменена"),
    Happening.COMMENT: _("Комментарий"),
    Happening.ATTACH: _("Добавлен файл"),
    Happening.REMIND: _("Автору напомнили о подтверждении"),
    Happening.OFFER: _("Предложена исполнителям"),
    Happening.ESCALATE: _("Никто не берёт: сообщено руководителям"),
    Happening.PROMISE: _("Срок подходит к концу"),
    Happening.RUN_FAILED: _("Рабочий процесс по заявке завершился ошибкой"),
}
"""How the history calls what was done."""


class TicketStatus(models.Model):
    """The statuses by their fixed numbers, for SQL written by hand; filled after every migration."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    code = models.CharField(_("код"), max_length=20, unique=True)
    name = models.CharField(_("название"), max_length=50)

    class Meta:
        db_table = "ticket_statuses"
        verbose_name = _("статус заявки")
        verbose_name_plural = _("статусы заявок")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return str(STATUS_NAMES[Status(self.id)])

    @staticmethod
    def fill(using: str) -> None:
        """Write the six rows, in the installation's first language, or make sure of them."""
        with translation.override("ru"):
            rows = [
                TicketStatus(id=status, code=status.name.lower(), name=str(name))
                for status, name in STATUS_NAMES.items()
            ]
        TicketStatus.objects.using(using).bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=["code", "name"]
        )


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: Any) -> TicketQuerySet:
        """Tickets that `user` wrote, holds, may take as an executor of the category, or manages."""
        served = CategoryExecutor.objects.filter(user=user, is_active=True).values("ticket_category_id")
        managed = accounts_services.project_ids(user, action="ticket.manage")
        return self.filter(Q(author=user) | Q(executor=user) | Q(category__in=served) | Q(project_id__in=managed))

    def open(self) -> TicketQuerySet:
        """Tickets that somebody still has to do something about."""
        return self.filter(status_id__in=sorted(OPEN))

    def with_people(self) -> TicketQuerySet:
        """With all that is shown of a ticket at hand."""
        return self.select_related("category", "author", "executor", "creator")


class Ticket(models.Model):
    """What somebody asks for. Its number is its id.

    `author` is who it is for and who confirms it, `creator` who typed it, `executor` who has it in hand, or had it
    last. `version` grows by one with every change and tells whether a button is of today; `round` counts how often
    the work was handed in. `depth` is that of the run which has opened it. Times spent are seconds of working time.
    """

    class Priority(models.TextChoices):
        LOW = "low", _("Низкий")
        NORMAL = "normal", _("Обычный")
        HIGH = "high", _("Высокий")
        URGENT = "urgent", _("Срочный")

    class Source(models.TextChoices):
        WEB = "web", _("Страница")
        API = "api", _("API")
        TELEGRAM = "telegram", _("Telegram")
        WORKFLOW = "workflow", _("Рабочий процесс")
        ADMIN = "admin", _("Админка")
        CLOCK = "clock", _("По времени")

    id = models.BigAutoField(_("номер"), primary_key=True)
    project = models.ForeignKey(
        "accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"), db_index=False
    )
    category = models.ForeignKey(
        TicketCategory, models.PROTECT, related_name="tickets", verbose_name=_("категория"), db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("автор"), db_index=False
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("кто завёл"), db_index=False
    )
    executor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("исполнитель"),
        db_index=False,
    )
    status = models.ForeignKey(
        TicketStatus, models.PROTECT, related_name="+", default=1, verbose_name=_("статус"), db_index=False
    )
    priority = models.CharField(_("приоритет"), max_length=10, choices=Priority, default=Priority.NORMAL)
    title = models.CharField(_("тема"), max_length=200)
    description = models.TextField(_("описание"), blank=True)
    source = models.CharField(_("откуда"), max_length=10, choices=Source)
    version = models.PositiveIntegerField(_("версия"), default=0)
    round = models.PositiveIntegerField(_("круг подтверждения"), default=0)
    key = models.CharField(_("ключ от повторов"), max_length=255, null=True, unique=True, editable=False)
    execution_id = models.UUIDField(_("запуск"), null=True, editable=False)
    depth = models.SmallIntegerField(_("вложенность"), default=0, editable=False)

    created_at = models.DateTimeField(_("создана"), db_default=Clock())
    updated_at = models.DateTimeField(_("изменена"), db_default=Clock())
    status_since = models.DateTimeField(_("в статусе с"), db_default=Clock())
    taken_at = models.DateTimeField(_("взята в работу"), null=True)
    closed_at = models.DateTimeField(_("закрыта"), null=True)
    deferred_until = models.DateTimeField(_("отложена до"), null=True)
    defer_reason = models.TextField(_("почему отложена"), blank=True)
    deferrals = models.PositiveSmallIntegerField(_("сколько раз отложена"), default=0)

    reaction_spent = models.FloatField(_("ждала исполнителя, с"), default=0.0)
    resolution_spent = models.FloatField(_("была в работе, с"), default=0.0)
    paused_spent = models.FloatField(_("была отложена, с"), default=0.0)
    awaited_spent = models.FloatField(_("ждала автора, с"), default=0.0)
    reaction_due_at = models.DateTimeField(_("взять до"), null=True)
    resolution_due_at = models.DateTimeField(_("решить до"), null=True)

    rating = models.PositiveSmallIntegerField(
        _("оценка"), null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    self_confirmed = models.BooleanField(_("подтверждена самим исполнителем"), default=False)
    auto_confirmed = models.BooleanField(_("подтверждена без автора"), default=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        db_table = "tickets"
        verbose_name = _("заявка")
        verbose_name_plural = _("заявки")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status_id__in=[2, 3, 4]) | Q(executor__isnull=False), name="ticket_in_hand_has_executor"
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5), name="ticket_rating_known"
            ),
            models.CheckConstraint(
                condition=~Q(status_id=3) | Q(deferred_until__isnull=False), name="ticket_deferred_has_term"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["author", "-id"], name="ticket_of_author"),
            models.Index(fields=["executor", "category"], condition=Q(status_id=2), name="ticket_load"),
            models.Index(fields=["executor", "-id"], name="ticket_of_executor"),
            models.Index(fields=["category", "status", "-id"], name="ticket_by_category"),
            models.Index(fields=["project", "status", "-id"], name="ticket_by_project"),
            models.Index(fields=["execution_id"], condition=Q(execution_id__isnull=False), name="ticket_of_run"),
        ]

    def __str__(self) -> str:
        return f"№{self.pk}"

    @property
    def number(self) -> int:
        return self.pk

    @property
    def state(self) -> Status:
        return Status(cast(int, self.status_id))

    @property
    def state_name(self) -> str:
        """The status in the words of the reader's language."""
        return str(STATUS_NAMES[self.state])


class TicketEvent(models.Model):
    """A line of a ticket's history. What was refused is one too: `refused` is the error's code, and nothing changed."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events", verbose_name=_("заявка"), db_index=False)
    verb = models.CharField(_("что"), max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("кто"), db_index=False
    )
    from_status = models.ForeignKey(
        TicketStatus, models.PROTECT, null=True, related_name="+", verbose_name=_("из статуса"), db_index=False
    )
    to_status = models.ForeignKey(
        TicketStatus, models.PROTECT, null=True, related_name="+", verbose_name=_("в статус"), db_index=False
    )
    version = models.PositiveIntegerField(_("версия после"))
    source = models.CharField(_("откуда"), max_length=10, choices=Ticket.Source)
    reason = models.TextField(_("причина"), blank=True)
    refused = models.CharField(_("отказ"), max_length=50, blank=True)
    details = models.JSONField(_("подробности"), default=dict, encoder=Encoder, decoder=Decoder)
    at = models.DateTimeField(_("когда"), db_default=Clock())

    class Meta:
        db_table = "ticket_events"
        verbose_name = _("строка истории")
        verbose_name_plural = _("история заявок")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "id"], name="ticket_event_order"),
            models.Index(fields=["at"], condition=~Q(refused=""), name="ticket_event_refused_age"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} {self.verb}"

    @property
    def depth(self) -> int:
        """How many runs lie behind it. What nobody has done by hand goes on from the run that has opened the ticket, so
        that runs which open tickets and tickets which start runs come to an end."""
        by_itself = self.source in (Ticket.Source.WORKFLOW, Ticket.Source.CLOCK)
        return self.ticket.depth if by_itself else 0

    @property
    def title(self) -> str:
        """What was done, in the words of the reader's language."""
        return str(VERB_NAMES.get(self.verb, self.verb))


class TicketTimer(models.Model):
    """Something the clock has to do with a ticket. A change of status replaces all of a ticket's."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="timers", db_index=False)
    alarm = models.CharField(max_length=20, choices=[(alarm.value, alarm.value) for alarm in Alarm])
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ticket_timers"
        verbose_name = _("срок заявки")
        verbose_name_plural = _("сроки заявок")
        ordering: ClassVar[list[str]] = ["due_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "alarm", "step"], name="ticket_timer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} {self.alarm} {self.due_at}"
