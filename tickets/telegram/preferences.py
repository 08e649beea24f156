"""What people set for themselves in the chat: their language, and a while without new tickets. By words or buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts import clock
from accounts import services as accounts
from accounts.models import User
from integrations.telegram import keyboard
from integrations.telegram.keyboard import Button
from tickets.services import presence
from tickets.telegram import buttons
from tickets.telegram.cards import moment
from tickets.telegram.saying import tell

PAUSES: Final = {"1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(days=1)}
BACK: Final = "0"
HAND_OVER: Final = "over"


def speak(person: User, words: str) -> None:
    """`/lang en`; without a language that we speak, buttons to choose one."""
    if not _set_language(person, words.lower()):
        names = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
        rows = [[Button(name, data=f"{buttons.LANGUAGE}:{code}") for code, name in names]]
        tell(person, escape(_("Выберите язык")), markup=keyboard.buttons(rows))


def choose_language(person: User, code: str) -> str:
    """A language's button; returns what the press is answered."""
    return "" if _set_language(person, code) else _("Кнопка устарела")


def pause(person: User, words: str) -> None:
    """`/pause 4` for so many hours, `/pause 0` back again; without a number, buttons to choose one."""
    if not _set_pause(person, words):
        names = {"1": _("1 час"), "4": _("4 часа"), "24": _("Сутки")}
        lengths = [Button(names[length], data=f"{buttons.PAUSE}:{length}") for length in PAUSES]
        rows = [lengths, [Button(_("Снова присылать"), data=f"{buttons.PAUSE}:{BACK}")]]
        tell(person, escape(_("На сколько не присылать новых заявок?")), markup=keyboard.buttons(rows))


def choose_pause(person: User, word: str) -> str:
    """A button of a pause, or that which offers the person's tickets to others; returns what the press is answered."""
    if word == HAND_OVER:
        count = presence.hand_over(person=person)
        return _("Предложено другим заявок: %(count)s") % {"count": count}
    return "" if _set_pause(person, word) else _("Кнопка устарела")


def _set_language(person: User, code: str) -> bool:
    language = {"pt": "pt-br"}.get(code, code)
    if language not in dict(settings.LANGUAGES):
        return False
    accounts.change_user(user=person, language=language)
    with translation.override(language):
        tell(person, escape(_("Теперь я пишу на этом языке")))
    return True


def _set_pause(person: User, word: str) -> bool:
    if word == BACK:
        presence.pause(person=person, until=None)
        tell(person, escape(_("Вы снова получаете новые заявки")))
        return True
    length = PAUSES.get(word)
    if length is None:
        return False
    until = clock.read() + length
    presence.pause(person=person, until=until)
    text = _("Новых заявок не будет до %(time)s") % {"time": moment(until, person)}
    rows = [[Button(_("Снова присылать"), data=f"{buttons.PAUSE}:{BACK}")]]
    if presence.in_hand(person=person).exists():
        rows = [[Button(_("Предложить мои заявки другим"), data=f"{buttons.PAUSE}:{HAND_OVER}")], *rows]
    tell(person, escape(text), markup=keyboard.buttons(rows))
    return True
