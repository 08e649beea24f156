"""Tasks and schedules of django-celery-beat in the look of the other pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as pages
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from executions.admin.intervals import in_words

_FIELDS = pages.PeriodicTaskForm.base_fields


class TaskSelect(UnfoldAdminSelectWidget, pages.TaskSelectWidget):
    """The tasks that Celery knows, as a list of ours."""


class TaskForm(pages.PeriodicTaskForm):
    """The form of django-celery-beat; its two own fields look like the others."""

    regtask = pages.TaskChoiceField(label=_FIELDS["regtask"].label, required=False, widget=TaskSelect)
    task = forms.CharField(
        label=_FIELDS["task"].label, required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )


class IntervalChoice(forms.ModelChoiceField):
    """Intervals by words that fit their numbers."""

    def label_from_instance(self, obj: IntervalSchedule) -> str:
        return in_words(obj)


class TaskAdmin(pages.PeriodicTaskAdmin, ModelAdmin):
    form = TaskForm
    list_display = ("name", "enabled", "when", "start_time", "last_run_at", "one_off")
    change_form_template = None  # theirs brings a script within the page, which our pages refuse

    @admin.display(description=_("Расписание"))
    def when(self, task: PeriodicTask) -> str:
        """Theirs is called by a name that no language has."""
        return in_words(task.interval) if task.interval else str(task.scheduler)

    @admin.display(description=_("Расписание словами"))
    def crontab_translation(self, task: PeriodicTask) -> str:
        """Theirs has no name in any language but English."""
        return task.crontab.human_readable if task.crontab else "—"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "interval":
            options["form_class"] = IntervalChoice
        return super().formfield_for_foreignkey(db_field, request, **options)


class TaskLines(pages.PeriodicTaskInline, TabularInline):
    hide_title = True  # the name stands in the row


class ScheduleAdmin(pages.ScheduleAdmin, ModelAdmin):
    inlines = (TaskLines,)


class IntervalAdmin(ScheduleAdmin):
    list_display = ("repeats",)

    @admin.display(description=_("Повторяется"), ordering="every")
    def repeats(self, interval: IntervalSchedule) -> str:
        return in_words(interval)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (interval := context.get("original")) is not None:
            context["subtitle"] = in_words(interval)
        return super().render_change_form(request, context, *args, **kwargs)


class ClockedAdmin(pages.ClockedScheduleAdmin, ScheduleAdmin):
    inlines = (TaskLines,)


class CrontabAdmin(pages.CrontabScheduleAdmin, ScheduleAdmin):
    inlines = (TaskLines,)


for model, page in (
    (PeriodicTask, TaskAdmin),
    (ClockedSchedule, ClockedAdmin),
    (CrontabSchedule, CrontabAdmin),
    (IntervalSchedule, IntervalAdmin),
    (SolarSchedule, ScheduleAdmin),
):
    admin.site.unregister(model)
    admin.site.register(model, page)
