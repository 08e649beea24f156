"""Categories, who serves them, and when work is done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from tickets.admin.of_projects import OfProjects
from tickets.models import CategoryExecutor, Holiday, TicketCategory, WorkingCalendar, WorkingPeriod
from tickets.services import executors


class PeriodInline(TabularInline):
    model = WorkingPeriod
    extra = 0


class HolidayInline(TabularInline):
    model = Holiday
    extra = 0


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(OfProjects, ModelAdmin):
    """Several periods a day make breaks; without any work never stops."""

    seen_by = "desk.manage"
    choices: ClassVar[dict[str, str]] = {"project": "id"}
    list_display = ("name", "project", "time_zone")
    inlines = (PeriodInline, HolidayInline)
    search_fields = ("name",)


@admin.register(TicketCategory)
class CategoryAdmin(OfProjects, ModelAdmin):
    """Categories are switched off, not deleted, so that their tickets stay readable."""

    seen_by = "desk.manage"
    choices: ClassVar[dict[str, str]] = {"project": "id", "calendar": "project"}
    list_display = ("name", "project", "is_active", "calendar", "notify_mode")
    list_filter = ("is_active", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("project", "name", "description", "is_active", "calendar")}),
        (_("Сроки"), {"fields": ("reaction_seconds", "resolution_seconds", "auto_confirm_seconds", "reopen_seconds")}),
        (
            _("Поиск исполнителя"),
            {
                "fields": (
                    "notify_mode",
                    "wave_seconds",
                    "offer_again_seconds",
                    "tell_managers_seconds",
                    "auto_assign_seconds",
                )
            },
        ),
        (_("Правила"), {"fields": ("max_deferrals", "self_confirmation")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: TicketCategory | None = None) -> bool:
        return False


@admin.register(CategoryExecutor)
class ExecutorAdmin(OfProjects, ModelAdmin):
    """Who is switched off or removed here gives back what they have in hand."""

    seen_by = "desk.manage"
    of_project = "ticket_category__project"
    choices: ClassVar[dict[str, str]] = {"ticket_category": "project"}
    list_display = ("user", "ticket_category", "is_active", "priority", "max_tickets")
    list_filter = (("ticket_category", admin.RelatedOnlyFieldListFilter), "is_active")
    search_fields = ("user__username", "user__name")
    autocomplete_fields = ("user",)
    list_select_related = ("user", "ticket_category")

    def get_readonly_fields(self, request: HttpRequest, obj: CategoryExecutor | None = None) -> Any:
        return () if obj is None else ("user", "ticket_category")

    def save_model(self, request: HttpRequest, obj: CategoryExecutor, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        executors.change(seat=obj, **{name: form.cleaned_data[name] for name in form.changed_data})

    def delete_model(self, request: HttpRequest, obj: CategoryExecutor) -> None:
        executors.remove(seat=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CategoryExecutor]) -> None:
        for seat in queryset:
            executors.remove(seat=seat)
