"""What became of the messages about a ticket: to whom, of what kind, sent or not and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from integrations import outbox
from tickets.models import Ticket, TicketEvent

SHOWN: Final = 50
PREFIX: Final = "telegram."


@dataclass(frozen=True)
class Message:
    """`state` is a code, `state_name` what people call it; `error` is empty where nothing went wrong."""

    reader: str
    kind: str
    state: str
    state_name: str
    error: str
    at: datetime


def of_ticket(ticket: Ticket) -> list[Message]:
    """The newest messages about the ticket, the newest first; delivered ones are known for a week."""
    rows = list(outbox.about_ticket(ticket.pk).filter(topic__startswith=PREFIX)[:SHOWN])
    people = User.objects.in_bulk({row.payload["person"] for row in rows if "person" in row.payload})
    lines = TicketEvent.objects.in_bulk({row.payload["event"] for row in rows if "event" in row.payload})
    return [
        Message(
            reader=str(people.get(row.payload.get("person"), "")),
            kind=_kind(row.topic.removeprefix(PREFIX), row.payload, lines.get(row.payload.get("event"))),
            state=row.state,
            state_name=row.get_state_display(),
            error=str((row.error or {}).get("message", "")),
            at=row.finished_at or row.created_at,
        )
        for row in rows
    ]


def _kind(topic: str, payload: dict[str, Any], line: TicketEvent | None) -> str:
    if line is not None:
        return _("Сообщение") + f": {line.title}"
    names = {
        "card": _("Карточка заявки") if payload.get("fresh") else _("Правка карточки"),
        "details": _("Подробности"),
        "file": _("Файл"),
        "comment": _("Комментарий с файлами"),
    }
    return names.get(topic) or _("Сообщение")
