"""How a ticket looks in a chat, for who reads it: the card, and everything that is known of it.

Both are made at the moment of sending, in the language and by the clock of the reader.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.telegram import keyboard
from tickets.lifecycle import Part, Status
from tickets.models import Ticket
from tickets.services import reading
from tickets.services.creation import TITLE_LENGTH
from tickets.telegram import buttons
from tickets.telegram.lengths import MESSAGE, cut, shown

DESCRIPTION_LENGTH: Final = 3000
DETAILS_LENGTH: Final = 1500
LINE_LENGTH: Final = 200
LINES: Final = 10


def card(ticket: Ticket, reader: User) -> tuple[str, dict[str, Any]]:
    """Text and buttons of the card."""
    parts = reading.parts_of(reader, ticket)
    priority = ticket.get_priority_display() if ticket.priority != Ticket.Priority.NORMAL else ""
    text = _render(
        "card",
        heading=_heading(ticket, parts),
        **_description(ticket, DESCRIPTION_LENGTH),
        category=ticket.category.name,
        priority=priority,
        author=str(ticket.author),
        yours=Part.AUTHOR in parts and Part.EXECUTOR in parts,
        line=_standing(ticket, reader),
        files=reading.files(ticket).count(),
        rating=ticket.rating,
    )
    return text, keyboard.buttons(buttons.under(ticket, parts))


def closed(ticket: Ticket) -> tuple[str, dict[str, Any]]:
    """What is left of the card of somebody who may not see the ticket any more."""
    return escape(_("Заявка №%(number)s больше не ваша") % {"number": ticket.number}), keyboard.buttons([])


def details(ticket: Ticket, reader: User) -> tuple[str, dict[str, Any]]:
    """What the reader may know, with the buttons of today. Of a long story the newest lines that a message holds."""
    parts = reading.parts_of(reader, ticket)
    told: dict[str, list[Any]] = {
        "history": [
            {
                "when": moment(line.at, reader),
                "what": line.title,
                "who": str(line.actor or ""),
                "why": cut(line.reason, LINE_LENGTH),
            }
            for line in reading.history(ticket).order_by("-id")[:LINES]
        ],
        "comments": [
            {"when": moment(one.at, reader), "who": str(one.author), "text": cut(one.text, LINE_LENGTH)}
            for one in reading.comments(ticket).order_by("-id")[:LINES]
        ],
        "files": list(reading.files(ticket).order_by("-at")[:LINES]),
    }
    fixed = {
        "heading": _named(ticket),
        **_description(ticket, DETAILS_LENGTH),
        "status": ticket.state_name,
        "category": ticket.category.name,
        "priority": ticket.get_priority_display(),
        "author": str(ticket.author),
        "executor": str(ticket.executor) if ticket.executor else "",
        "url": page_of(ticket),
    }
    rows = [row for row in buttons.under(ticket, parts) if not all(_is_more(button) for button in row)]
    return _that_fits(fixed, told), keyboard.buttons(
        [[button for button in row if not _is_more(button)] for row in rows]
    )


def _that_fits(fixed: dict[str, Any], told: dict[str, list[Any]]) -> str:
    """With as many lines of each list (the newest first) as one message holds, the oldest of them first."""
    text = ""
    for most in range(LINES, -1, -1):
        text = _render("details", **fixed, **{name: lines[:most][::-1] for name, lines in told.items()})
        if shown(text) <= MESSAGE:
            break
    return text


def page_of(ticket: Ticket) -> str:
    """The ticket's page, where people outside of this machine can open it; else "": Telegram refuses such links."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    is_public = "." in host and not host.replace(".", "").isdigit()
    return f"{settings.PUBLIC_URL}/tickets/{ticket.number}" if is_public else ""


def moment(at: datetime, reader: User) -> str:
    """Day and time by the reader's clock."""
    return f"{at.astimezone(zoneinfo.ZoneInfo(reader.time_zone)):%d.%m %H:%M}"


def _heading(ticket: Ticket, parts: Collection[Part]) -> str:
    status = ticket.state
    if status is Status.CREATED and Part.EXECUTOR in parts:
        return _("🆕 Новая заявка №%(number)s") % {"number": ticket.number}
    if status is Status.CREATED:
        return _("Заявка №%(number)s создана") % {"number": ticket.number}
    if status is Status.ON_CONFIRMATION and Part.AUTHOR in parts:
        return _("Заявка №%(number)s выполнена. Проверьте") % {"number": ticket.number}
    return f"{_named(ticket)} · {ticket.state_name}"


def _named(ticket: Ticket) -> str:
    return _("Заявка №%(number)s") % {"number": ticket.number}


def _standing(ticket: Ticket, reader: User) -> str:
    """Who has it, since when, until when."""
    words = {"name": str(ticket.executor or ""), "time": ""}
    status = ticket.state
    if status is Status.IN_WORK and ticket.taken_at is not None:
        zone = zoneinfo.ZoneInfo(reader.time_zone)
        return _("В работе: %(name)s, %(time)s") % {**words, "time": f"{ticket.taken_at.astimezone(zone):%H:%M}"}
    if status is Status.DEFERRED and ticket.deferred_until is not None:
        until = moment(ticket.deferred_until, reader)
        return _("Отложена до %(time)s, исполнитель: %(name)s") % {**words, "time": until}
    if status is Status.ON_CONFIRMATION:
        return _("Ждёт подтверждения, исполнитель: %(name)s") % words
    if ticket.executor is not None:
        return _("Исполнитель: %(name)s") % words
    return ""


def _description(ticket: Ticket, most: int) -> dict[str, str]:
    """Title and text, without saying the same twice when the title is the text's beginning."""
    text = ticket.description.strip()
    rest = text.removeprefix(ticket.title)
    # Of a long first line the title is the beginning; of any other it is the whole, or is something else.
    repeats = len(ticket.title) == TITLE_LENGTH or not rest or rest[0].isspace()
    return {"title": ticket.title, "description": cut(rest.strip() if repeats else text, most)}


def _is_more(button: keyboard.Button) -> bool:
    return button.data.split(":")[1:2] == [buttons.MORE]


def _render(template: str, **values: Any) -> str:
    return render_to_string(f"telegram/{template}.html", {**values}).strip()
