"""The words of single messages about a ticket: what has happened, for whom it matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.telegram import keyboard
from tickets.models import Ticket, TicketComment, TicketEvent
from tickets.services import reading
from tickets.telegram import buttons
from tickets.telegram.cards import moment
from tickets.telegram.lengths import cut

MOST_WORDS: Final = 3000
ASKING: Final = "returned_ask"
WITH_BUTTONS: Final = frozenset({"still_free", "confirm_reminder", "woken", "assigned", "returned", "reopened"})
"""Kinds that ask for something which a button of the ticket does."""
WORDS: Final = frozenset({"comment", "returned_reason"})
"""Kinds that bring what people have said."""
ONLY_WHILE_TRUE: Final = frozenset({"still_free", "nobody_takes", "confirm_reminder"})
"""Kinds that say how a ticket stands, and not what has happened to it."""
NUMBER: Final = re.compile(r"№(\d{1,18})")


@dataclass(frozen=True)
class Told:
    """What a message is about: `number` and `name` (who did it, or who has it) fill its words."""

    ticket: Ticket
    line: TicketEvent
    reader: User

    @property
    def words(self) -> dict[str, Any]:
        until = self.line.details.get("until")
        return {
            "number": self.ticket.number,
            "name": escape(str(self.line.actor or self.ticket.executor or "")),
            "executor": escape(str(self._executor or "")),
            "until": moment(datetime.fromisoformat(until), self.reader) if until else "",
            "rating": self.line.details.get("rating", ""),
            "title": escape(self.ticket.title),
        }

    @property
    def _executor(self) -> User | None:
        """Whom the line is about: by now the ticket may have gone on to others."""
        number = self.line.details.get("executorId")
        if number is None or number == self.ticket.executor_id:
            return self.ticket.executor
        return User.objects.filter(pk=number).first()


def is_over(ticket: Ticket, line: TicketEvent, kind: str) -> bool:
    """Whether a message that has waited to be sent would say what is not so any more."""
    return kind in ONLY_WHILE_TRUE and ticket.status_id != line.to_status_id


def message(ticket: Ticket, line: TicketEvent, kind: str, reader: User) -> tuple[str, dict[str, Any] | None]:
    """Text and keyboard of a message of this kind. Raises `KeyError` for a kind that nobody knows."""
    told = Told(ticket, line, reader)
    text = TEXTS[kind]() % told.words
    more = _more(told, kind)
    if more:
        text = f"{text}\n\n{escape(cut(more, MOST_WORDS))}"
    if kind == ASKING:
        return text, keyboard.ask_for_answer()
    rows = buttons.under(ticket, reading.parts_of(reader, ticket)) if kind in WITH_BUTTONS else []
    return text, keyboard.buttons(rows) if rows else None


def _more(told: Told, kind: str) -> str:
    """What people have written to it."""
    if kind in WORDS:
        found = TicketComment.objects.filter(pk=told.line.details.get("commentId")).first()
        return found.text if found else ""
    if kind in ("returned", "deferred", "cancelled", "unassigned"):
        return told.line.reason
    return told.ticket.title if kind in ("still_free", "assigned", "nobody_sees", "nobody_takes") else ""


def about(text: str) -> int | None:
    """The ticket that a message of the bot is about: each names it before any words of people."""
    found = NUMBER.search(text)
    return int(found[1]) if found else None


def is_question(text: str, number: int) -> bool:
    """Whether this message of the bot asked the author why the ticket was returned, in whatever language."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            if text.strip() == TEXTS[ASKING]() % {"number": number}:
                return True
    return False


TEXTS: Final[dict[str, Callable[[], str]]] = {
    "taken": lambda: _("Заявку №%(number)s взял в работу %(executor)s"),
    "deferred": lambda: _("Заявка №%(number)s отложена до %(until)s"),
    "resumed": lambda: _("Заявка №%(number)s снова в работе"),
    "withdrawn": lambda: _("Заявка №%(number)s отозвана с подтверждения: работа продолжается"),
    ASKING: lambda: _("Заявка №%(number)s. Что не так? Ответьте на это сообщение"),
    "auto_confirmed": lambda: _("Заявка №%(number)s завершена: за отведённое время возражений не было"),
    "confirm_reminder": lambda: _("Заявка №%(number)s ждёт вашего подтверждения"),
    "seeking": lambda: _("Заявка №%(number)s: ищем другого исполнителя"),
    "reassigned": lambda: _("Заявка №%(number)s передана: теперь исполнитель %(executor)s"),
    "cancelled": lambda: _("Заявка №%(number)s отменена"),
    "reopened": lambda: _("Заявка №%(number)s открыта снова"),
    "nobody_yet": lambda: _("Заявка №%(number)s принята, но исполнителей пока нет. Руководитель уже знает"),
    "confirmed": lambda: _("Автор подтвердил №%(number)s"),
    "returned": lambda: _("Заявка №%(number)s возвращена в работу"),
    "returned_reason": lambda: _("Заявка №%(number)s: почему она возвращена"),
    "woken": lambda: _("⏰ Заявка №%(number)s: срок откладывания вышел"),
    "assigned": lambda: _("Вам назначена заявка №%(number)s"),
    "unassigned": lambda: _("Заявка №%(number)s больше не ваша"),
    "rated": lambda: _("Заявка №%(number)s: автор поставил оценку %(rating)s из 5"),
    "edited": lambda: _("Заявка №%(number)s изменена автором"),
    "comment": lambda: _("Заявка №%(number)s, сообщение от %(name)s"),
    "nobody_sees": lambda: _("Заявку №%(number)s некому показать: в категории нет доступных исполнителей"),
    "nobody_takes": lambda: _("Заявку №%(number)s никто не берёт"),
    "executor_off": lambda: _("Заявка №%(number)s осталась без исполнителя"),
    "still_free": lambda: _("Заявка №%(number)s всё ещё ждёт исполнителя"),
    "sla_50": lambda: _("Заявка №%(number)s: прошла половина срока"),
    "sla_80": lambda: _("Заявка №%(number)s: прошло 80%% срока"),
    "sla_100": lambda: _("Заявка №%(number)s: срок вышел"),
}
"""By kind of message. The number comes first of all that can be a number."""
