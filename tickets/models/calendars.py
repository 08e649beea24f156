"""When work is done: working hours of the desk, with several periods a day, and holidays."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import check_time_zone
from tickets.hours import Hours, Period


class WorkingCalendar(models.Model):
    """Working hours under a name. Without a single period work never stops."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    name = models.CharField(_("название"), max_length=200)
    time_zone = models.CharField(_("часовой пояс"), max_length=64, default="UTC", validators=[check_time_zone])

    class Meta:
        verbose_name = _("рабочий календарь")
        verbose_name_plural = _("рабочие календари")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="working_calendar_name",
                violation_error_message=_("Календарь с таким названием в проекте уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> Hours:
        """The calendar as the pure code reads it; two queries unless the rows were fetched before."""
        week: list[list[Period]] = [[] for _day in range(7)]
        for period in self.periods.all():
            week[period.weekday].append((period.opens, period.closes))
        return Hours(
            zone=self.time_zone,
            week=tuple(tuple(sorted(periods)) for periods in week),
            holidays=frozenset(holiday.day for holiday in self.holidays.all()),
        )


class WorkingPeriod(models.Model):
    """A stretch of work on a day of the week. Two of them make a break; `closes` at 00:00 is midnight."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Понедельник")
        TUESDAY = 1, _("Вторник")
        WEDNESDAY = 2, _("Среда")
        THURSDAY = 3, _("Четверг")
        FRIDAY = 4, _("Пятница")
        SATURDAY = 5, _("Суббота")
        SUNDAY = 6, _("Воскресенье")

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="periods", verbose_name=_("календарь"), db_index=False
    )
    weekday = models.PositiveSmallIntegerField(_("день недели"), choices=Weekday)
    opens = models.TimeField(_("начало"))
    closes = models.TimeField(_("конец"), help_text=_("00:00 — до полуночи"))

    class Meta:
        verbose_name = _("рабочее время")
        verbose_name_plural = _("рабочее время")
        ordering: ClassVar[list[str]] = ["weekday", "opens"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="working_period_once"),
            models.CheckConstraint(
                condition=Q(closes="00:00") | Q(opens__lt=F("closes")),
                name="working_period_forward",
                violation_error_message=_("Конец рабочего времени должен быть позже начала"),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_period_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {str(self.opens)[:5]}–{str(self.closes)[:5]}"

    def clean(self) -> None:
        """Periods of one day may not overlap, or time would count twice."""
        if self.calendar_id is None or self.opens is None or self.closes is None:
            return
        midnight = self.closes.hour == self.closes.minute == self.closes.second == 0
        others = WorkingPeriod.objects.filter(calendar_id=self.calendar_id, weekday=self.weekday).exclude(pk=self.pk)
        others = others.filter(Q(closes__gt=self.opens) | Q(closes="00:00"))
        if (others if midnight else others.filter(opens__lt=self.closes)).exists():
            raise ValidationError(_("Периоды одного дня не должны пересекаться"), code="overlap")


class Holiday(models.Model):
    """A day on which nobody works."""

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="holidays", verbose_name=_("календарь"), db_index=False
    )
    day = models.DateField(_("день"))
    name = models.CharField(_("название"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("нерабочий день")
        verbose_name_plural = _("нерабочие дни")
        ordering: ClassVar[list[str]] = ["day"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["calendar", "day"], name="holiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".rstrip()
