"""The side bar of the admin, grouped by what people do. An entry is shown to those who may open its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from config.rights import may_view_installation
from tickets.services import overview

Entry = tuple[str, Any, str]
"""A table `app_model` or the name of a page, what people call it, and its icon."""

GROUPS: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        _("Рабочие процессы"),
        (
            ("workflows_workflow", _("Рабочие процессы"), "account_tree"),
            ("templates", _("Новый из шаблона"), "add_notes"),
            ("workflows_workflowversion", _("Версии"), "history"),
            ("workflows_variable", _("Переменные"), "data_object"),
            ("workflows_pin", _("Закреплённые данные"), "keep"),
            ("workflows_keptdata", capfirst(_("данные между запусками")), "memory"),
        ),
    ),
    (
        _("Запуски"),
        (
            ("executions_execution", _("Запуски"), "play_circle"),
            ("queues", _("Очереди"), "stacks"),
            ("executions_savederror", _("Ошибки"), "error"),
            ("executions_notice", _("Уведомления"), "notifications"),
            ("executions_trigger", _("Расписания"), "schedule"),
            ("events", _("События за сутки"), "monitoring"),
            ("integrations_alert", _("Тревоги"), "notification_important"),
            ("executions_reaction", _("Реакции на события"), "bolt"),
            ("executions_schedulefire", _("Срабатывания расписаний"), "alarm_on"),
        ),
    ),
    (
        _("Служба поддержки"),
        (
            ("board", _("Доска"), "view_kanban"),
            ("tickets_ticket", _("Заявки"), "confirmation_number"),
            ("tickets_ticketcategory", _("Категории"), "category"),
            ("tickets_categoryexecutor", _("Исполнители"), "engineering"),
            ("tickets_workingcalendar", _("Рабочее время"), "calendar_month"),
            ("tickets_card", _("Карточки в Telegram"), "send"),
            ("tickets_presence", _("Доступность людей"), "signal_cellular_alt"),
            ("tickets_ticketevent", _("История заявок"), "manage_search"),
            ("tickets_ticketdraft", _("Черновики бота"), "edit_note"),
            ("tickets_telegramreply", _("Ответы бота"), "smart_toy"),
        ),
    ),
    (
        _("Данные"),
        (
            ("integrations_dataset", _("Наборы данных"), "table_chart"),
            ("integrations_warehousetable", _("Таблицы BigQuery"), "database"),
            ("integrations_warehouseload", _("Загрузки BigQuery"), "cloud_upload"),
            ("integrations_shipment", _("Отправки в BigQuery"), "local_shipping"),
            ("integrations_rejectedrow", _("Отклонённые строки"), "rule"),
            ("integrations_storedfile", _("Файлы"), "draft"),
            ("integrations_talk", capfirst(_("разговоры с моделями")), "forum"),
        ),
    ),
    (
        _("Связи"),
        (
            ("integrations_credential", _("Доступы"), "key"),
            ("integrations_event", _("События"), "bolt"),
            ("integrations_outboxmessage", _("Исходящие"), "outbox"),
            ("border", _("Предохранители и лимиты"), "electrical_services"),
        ),
    ),
    (
        _("Люди"),
        (
            ("accounts_user", _("Сотрудники"), "group"),
            ("tickets_contact", _("Контакты"), "contacts"),
            ("tickets_tag", _("Метки"), "sell"),
            ("tickets_contactfield", _("Поля контактов"), "view_column"),
            ("tickets_broadcast", _("Рассылки"), "campaign"),
            ("tickets_delivery", _("Сообщения контактам"), "mark_email_read"),
            ("accounts_project", _("Проекты"), "folder"),
            ("accounts_serviceaccount", _("Учётные записи программ"), "smart_toy"),
            ("accounts_tokenfamily", _("Входы"), "login"),
            ("auth_group", _("Группы прав"), "shield_person"),
        ),
    ),
    (
        _("Система"),
        (
            ("auditlog_logentry", _("Кто что менял"), "policy"),
            ("admin_logentry", _("Журнал"), "list_alt"),
            ("django_celery_beat_periodictask", _("Задачи beat"), "event_repeat"),
            ("django_celery_beat_crontabschedule", _("Расписания cron"), "calendar_clock"),
            ("django_celery_beat_intervalschedule", _("Промежутки"), "timer"),
            ("django_celery_beat_clockedschedule", _("Разовые сроки"), "event"),
            ("django_celery_beat_solarschedule", _("Расписания по солнцу"), "wb_sunny"),
        ),
    ),
)

PAGES: Final[dict[str, Callable[[Any], bool]]] = {
    "queues": lambda user: True,
    "templates": lambda user: bool(accounts.project_ids(user, action="workflow.view")),
    "events": lambda user: bool(accounts.project_ids(user, action="event.view")),
    "board": lambda user: bool(overview.projects_of(user)),
    "border": may_view_installation,
}
"""Pages that belong to no table, and which of the staff may open them."""


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar for one person, in the shape that the frame expects."""
    allowed = {
        f"{model['model']._meta.app_label}_{model['model']._meta.model_name}"
        for app in admin.site.get_app_list(request)
        for model in app["models"]
    }
    allowed |= {name for name, may_open in PAGES.items() if may_open(request.user)}
    found = [(title, list(_items(entries, allowed))) for title, entries in GROUPS]
    first = {"title": _("Обзор"), "icon": "space_dashboard", "link": reverse("admin:index")}
    return [
        {"items": [first]},
        *({"title": title, "separator": True, "collapsible": True, "items": items} for title, items in found if items),
    ]


def stylesheet(request: HttpRequest) -> str:
    """What our own pages need beyond the look of the frame."""
    return static("naryad/admin.css")


def icon(request: HttpRequest) -> str:
    """The mark of the product in the browser's tab."""
    return static("naryad/favicon.svg")


def _items(entries: tuple[Entry, ...], allowed: set[str]) -> Iterator[dict[str, Any]]:
    for name, title, icon in entries:
        if name in allowed:
            page = name if name in PAGES else f"{name}_changelist"
            yield {"title": title, "icon": icon, "link": reverse(f"admin:{page}")}
