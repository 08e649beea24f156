"""What tickets are about, and who takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts_services
from accounts.clock import Clock
from tickets.hours import ALWAYS, Hours
from tickets.models.calendars import WorkingCalendar
from tickets.timetable import Terms

WORKING_DAY = 8 * 3600
WEEK = 7 * 24 * 3600


def _seconds(title: Any, *, default: int | None = None, help_text: Any = "") -> Any:
    """A column of a length in seconds; an empty one switches the thing off."""
    from_one = [MinValueValidator(1)]
    return models.PositiveIntegerField(
        title, null=True, blank=True, default=default, db_default=default, help_text=help_text, validators=from_one
    )


class CategoryQuerySet(models.QuerySet["TicketCategory"]):
    def managed_by(self, user: Any) -> CategoryQuerySet:
        """Categories of the projects in which `user` manages the desk."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="desk.manage"))


class TicketCategory(models.Model):
    """What a ticket is about. Its terms are in seconds of working time by its calendar."""

    class Notify(models.TextChoices):
        ALL = "all", _("Всем сразу")
        WAVES = "waves", _("Волнами по приоритету")

    class SelfConfirmation(models.TextChoices):
        ALLOW = "allow", _("Разрешено")
        MANAGER = "manager", _("Только руководителю")
        FORBID = "forbid", _("Запрещено")

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    name = models.CharField(_("название"), max_length=200)
    description = models.TextField(_("описание"), blank=True, default="", db_default="")
    is_active = models.BooleanField(_("принимает заявки"), default=True, db_default=True)
    calendar = models.ForeignKey(
        WorkingCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="categories",
        verbose_name=_("рабочий календарь"),
        help_text=_("Пусто — круглосуточно"),
    )
    reaction_seconds = _seconds(_("взять в работу за, с"), help_text=_("Секунды рабочего времени; пусто — без срока"))
    resolution_seconds = _seconds(_("решить за, с"), help_text=_("Секунды рабочего времени; пусто — без срока"))
    auto_confirm_seconds = _seconds(
        _("подтвердить без автора через, с"),
        default=3 * WORKING_DAY,
        help_text=_("Секунды рабочего времени; напоминания через треть и две трети; пусто — никогда"),
    )
    reopen_seconds = _seconds(_("автор может открыть снова, с"), default=WEEK, help_text=_("Пусто — никогда"))
    offer_again_seconds = _seconds(_("предложить снова через, с"), default=15 * 60)
    tell_managers_seconds = _seconds(_("сообщить руководителям через, с"), default=30 * 60)
    auto_assign_seconds = _seconds(
        _("назначить без согласия через, с"), help_text=_("Тому, у кого меньше всего заявок; пусто — никогда")
    )
    notify_mode = models.CharField(
        _("кому предлагать"), max_length=10, choices=Notify, default=Notify.ALL, db_default=Notify.ALL
    )
    wave_seconds = models.PositiveIntegerField(
        _("следующая волна через, с"), default=300, db_default=300, validators=[MinValueValidator(1)]
    )
    max_deferrals = models.PositiveSmallIntegerField(_("откладывать не больше, раз"), default=3, db_default=3)
    self_confirmation = models.CharField(
        _("подтверждение своей работы"),
        max_length=10,
        choices=SelfConfirmation,
        default=SelfConfirmation.ALLOW,
        db_default=SelfConfirmation.ALLOW,
    )
    created_at = models.DateTimeField(_("создана"), db_default=Clock(), editable=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        db_table = "ticket_categories"
        verbose_name = _("категория заявок")
        verbose_name_plural = _("категории заявок")
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="ticket_category_name",
                violation_error_message=_("Категория с таким названием в проекте уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> Hours:
        """Working hours of the category."""
        return ALWAYS if self.calendar is None else self.calendar.hours()

    def terms(self) -> Terms:
        """What the category promises, as the pure code reads it."""
        return Terms(
            reaction=self.reaction_seconds,
            resolution=self.resolution_seconds,
            auto_confirm=self.auto_confirm_seconds,
            wave=self.wave_seconds if self.notify_mode == self.Notify.WAVES else None,
            offer_again=self.offer_again_seconds,
            tell_managers=self.tell_managers_seconds,
            auto_assign=self.auto_assign_seconds,
        )


class CategoryExecutor(models.Model):
    """Somebody who takes tickets of a category: at most `max_tickets` at once, those of higher `priority` first."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("исполнитель"), db_index=False
    )
    ticket_category = models.ForeignKey(
        TicketCategory, models.PROTECT, related_name="executors", verbose_name=_("категория")
    )
    is_active = models.BooleanField(_("активен"), default=True, db_default=True)
    priority = models.IntegerField(_("приоритет"), default=0, db_default=0, help_text=_("Больше — раньше"))
    max_tickets = models.PositiveIntegerField(
        _("заявок в работе не больше"), default=10, db_default=10, validators=[MinValueValidator(1)]
    )
    created_at = models.DateTimeField(_("добавлен"), db_default=Clock(), editable=False)

    class Meta:
        db_table = "category_executors"
        verbose_name = _("исполнитель категории")
        verbose_name_plural = _("исполнители категорий")
        ordering: ClassVar[list[str]] = ["ticket_category_id", "-priority", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "ticket_category"],
                name="category_executor_once",
                violation_error_message=_("Этот человек уже исполнитель этой категории"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.ticket_category}"
