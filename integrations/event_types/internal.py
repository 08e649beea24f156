"""PURE: events of the group `internal`: what staff do and how."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from integrations.event_types.shape import EventType, Kind, optional, required

GROUP: Final = "internal"
TITLE: Final = _("Внутренние процессы и сотрудники")

TYPES: Final = (
    EventType(
        "task.completed",
        _("Задача выполнена"),
        GROUP,
        Kind.PUSH,
        subject="taskId",
        dedup="taskId",
        bullets=(23,),
        fields=(
            required("taskId", "string", "t-1"),
            optional("title", "string", "Отчёт"),
            optional("by", "string", "anna"),
        ),
    ),
    EventType(
        "task.overdue",
        _("Срок задачи просрочен"),
        GROUP,
        Kind.DATE,
        subject="taskId",
        dedup="taskId:dueAt",
        bullets=(24,),
        fields=(
            required("taskId", "string", "t-1"),
            optional("title", "string", "Отчёт"),
            optional("dueAt", "date-time", "2026-03-01T09:00:00+03:00"),
        ),
    ),
    EventType(
        "client.handed_over_without_comment",
        _("Клиент передан другому без комментария"),
        GROUP,
        Kind.DERIVED,
        subject="ticket",
        dedup="",
        bullets=(25,),
        fields=(
            required("ticket", "string", "12"),
            optional("from", "string", "1"),
            optional("to", "string", "2"),
        ),
    ),
    EventType(
        "process.started_manually",
        _("Сотрудник запустил процесс вручную"),
        GROUP,
        Kind.PUSH,
        subject="workflow",
        dedup="",
        bullets=(26,),
        fields=(
            required("workflow", "string", "WF-01"),
            required("executionId", "string", "0191"),
            required("by", "string", "anna"),
        ),
    ),
    EventType(
        "call.needs_manager",
        _("Запись звонка требует внимания руководителя"),
        GROUP,
        Kind.DERIVED,
        subject="callId",
        dedup="callId",
        bullets=(27,),
        fields=(
            required("callId", "string", "call-1"),
            optional("reason", "string", "Жалоба"),
        ),
    ),
    EventType(
        "manager.missed_question",
        _("Менеджер пропустил вопрос"),
        GROUP,
        Kind.DERIVED,
        subject="contactId",
        dedup="messageId",
        bullets=(28,),
        fields=(
            required("question", "string", "Сколько стоит?"),
            optional("messageId", "string", "42"),
            optional("employeeId", "string", "7"),
        ),
    ),
    EventType(
        "reply.late",
        _("Ответ пришёл с задержкой"),
        GROUP,
        Kind.DERIVED,
        subject="contactId",
        dedup="messageId",
        bullets=(29,),
        fields=(
            required("seconds", "number", 7200),
            optional("messageId", "string", "43"),
            optional("employeeId", "string", "7"),
        ),
    ),
    EventType(
        "manager.standard_violation",
        _("Менеджер нарушил стандарт общения"),
        GROUP,
        Kind.DERIVED,
        subject="contactId",
        dedup="messageId",
        bullets=(30,),
        fields=(
            required("rule", "string", "greeting"),
            optional("messageId", "string", "43"),
            optional("employeeId", "string", "7"),
            optional("text", "string", "Да"),
        ),
    ),
)
