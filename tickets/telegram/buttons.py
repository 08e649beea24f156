"""What the buttons under messages carry, and which of them a person gets.

`t:verb:number:version` is about a ticket, `n:category` chooses one for a new ticket, `l:token` links an account,
`u:contact` ends sendings, `g:language` and `p:hours` set something for the person, `a:…` answers a step
(`integrations.telegram.questions`), `w:…` is about an alert (`integrations.alerting.buttons`). Numbers of tickets are
written with 36 digits. There are no names and no rights in it: who presses is told by Telegram.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from integrations.alerting import buttons as alert_buttons
from integrations.telegram.keyboard import Button
from tickets.lifecycle import Part, Status, Verb
from tickets.models import Ticket
from tickets.terms import Term

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
LARGEST: Final = 2**63 - 1
MORE: Final = "more"
TERMS: Final = {"hour": Term.HOUR, "tomorrow": Term.TOMORROW, "days": Term.THREE_DAYS, "week": Term.WEEK}
RATINGS: Final = {f"rate{stars}": stars for stars in range(1, 6)}
VERBS: Final = {
    "take": Verb.TAKE,
    "defer": Verb.DEFER,
    "resume": Verb.RESUME,
    "submit": Verb.SUBMIT,
    "withdraw": Verb.WITHDRAW,
    "confirm": Verb.CONFIRM,
    "return": Verb.RETURN,
    "cancel": Verb.CANCEL,
    "reopen": Verb.REOPEN,
    **dict.fromkeys(TERMS, Verb.TERM),
    **dict.fromkeys(RATINGS, Verb.RATE),
}
TICKET: Final = "t"
CATEGORY: Final = "n"
LINK: Final = "l"
LANGUAGE: Final = "g"
PAUSE: Final = "p"
ALERT: Final = alert_buttons.KIND


class Unreadable(ValueError):
    """The words of a button are not of today's form, or of nobody's."""


@dataclass(frozen=True)
class Pressed:
    """A button about a ticket: `word` is one of `VERBS`, or `MORE`."""

    word: str
    ticket_id: int
    version: int


def read(data: str) -> Pressed:
    """What a button about a ticket says. Raises `Unreadable`."""
    kind, *words = data.split(":")
    if kind != TICKET or len(words) != 3 or words[0] not in {*VERBS, MORE}:
        raise Unreadable(data)
    return Pressed(words[0], number(words[1]), number(words[2]))


def number(text: str) -> int:
    """A number of 36 digits. Raises `Unreadable`."""
    if not text or len(text) > 13 or not set(text) <= set(DIGITS):
        raise Unreadable(text)
    found = int(text, 36)
    if found > LARGEST:
        raise Unreadable(text)
    return found


def written(value: int) -> str:
    """`value` with 36 digits, not negative."""
    text = ""
    while value:
        value, digit = divmod(value, 36)
        text = DIGITS[digit] + text
    return text or "0"


def under(ticket: Ticket, parts: Collection[Part]) -> list[list[Button]]:
    """The buttons of somebody who is `parts` to this ticket, as it stands."""
    status = ticket.state
    rows: list[list[tuple[str, str]]] = []
    if status is Status.CREATED:
        rows = [_if(Part.EXECUTOR in parts, "take", MORE) or [_named(MORE)], _if(Part.AUTHOR in parts, "cancel")]
    elif status is Status.IN_WORK:
        rows = [_if(Part.HOLDER in parts, "defer", "submit"), [_named(MORE)]]
    elif status is Status.DEFERRED:
        rows = [_if(Part.HOLDER in parts, "resume"), _if(Part.HOLDER in parts, *TERMS), [_named(MORE)]]
    elif status is Status.ON_CONFIRMATION:
        rows = [
            _if(Part.AUTHOR in parts, "confirm"),
            _if(Part.AUTHOR in parts, "return"),
            _if(Part.HOLDER in parts, "withdraw"),
            [_named(MORE)],
        ]
    elif status is Status.COMPLETED and Part.AUTHOR in parts:
        rows = [_if(ticket.rating is None, *RATINGS), [_named("reopen")]]
    return [[_button(ticket, word, label) for word, label in row] for row in rows if row]


def _if(shown: bool, *words: str) -> list[tuple[str, str]]:
    return [_named(word) for word in words] if shown else []


def _named(word: str) -> tuple[str, str]:
    labels = {
        MORE: _("Подробнее"),
        "take": _("Взять в работу"),
        "defer": _("Отложить"),
        "resume": _("Вернуть в работу"),
        "submit": _("На подтверждение"),
        "withdraw": _("Отозвать"),
        "confirm": _("Подтвердить выполнение"),
        "return": _("Вернуть в работу"),
        "cancel": _("Отменить"),
        "reopen": _("Открыть снова"),
        "hour": _("1 час"),
        "tomorrow": _("Завтра"),
        "days": _("3 дня"),
        "week": _("Неделя"),
        **{rating: f"{stars} ⭐" for rating, stars in RATINGS.items()},
    }
    return word, labels[word]


def _button(ticket: Ticket, word: str, label: str) -> Button:
    return Button(label, data=f"{TICKET}:{word}:{written(ticket.pk)}:{written(ticket.version)}")
