"""Tasks and schedules of django-celery-beat in the look of the other pages."""

from __future__ import annotations

from django import forms
from django.contrib import admin
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

_FIELDS = pages.PeriodicTaskForm.base_fields


class TaskSelect(UnfoldAdminSelectWidget, pages.TaskSelectWidget):
    """The tasks that Celery knows, as a list of ours."""


class TaskForm(pages.PeriodicTaskForm):
    """The form of django-celery-beat; its two own fields look like the others."""

    regtask = pages.TaskChoiceField(label=_FIELDS["regtask"].label, required=False, widget=TaskSelect)
    task = forms.CharField(
        label=_FIELDS["task"].label, required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )


class TaskAdmin(pages.PeriodicTaskAdmin, ModelAdmin):
    form = TaskForm
    list_display = ("name", "enabled", "when", "start_time", "last_run_at", "one_off")
    change_form_template = None  # theirs brings a script within the page, which our pages refuse

    @admin.display(description=_("Расписание"))
    def when(self, task: PeriodicTask) -> str:
        """Theirs is called by a name that no language has."""
        return str(task.scheduler)


class TaskLines(pages.PeriodicTaskInline, TabularInline):
    pass


class ScheduleAdmin(pages.ScheduleAdmin, ModelAdmin):
    inlines = (TaskLines,)


class ClockedAdmin(pages.ClockedScheduleAdmin, ScheduleAdmin):
    inlines = (TaskLines,)


class CrontabAdmin(pages.CrontabScheduleAdmin, ScheduleAdmin):
    inlines = (TaskLines,)


for model, page in (
    (PeriodicTask, TaskAdmin),
    (ClockedSchedule, ClockedAdmin),
    (CrontabSchedule, CrontabAdmin),
    (IntervalSchedule, ScheduleAdmin),
    (SolarSchedule, ScheduleAdmin),
):
    admin.site.unregister(model)
    admin.site.register(model, page)
