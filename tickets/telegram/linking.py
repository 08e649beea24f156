"""How a Telegram account comes to belong to a person: by a one-time token, by a verified number, or by staff."""

from __future__ import annotations

from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.errors import DomainError, TelegramTaken
from accounts.languages import language_for
from accounts.models import User
from integrations.telegram import keyboard
from integrations.telegram.keyboard import Button
from integrations.telegram.schemas import Contact, Sender
from tickets.errors import LinkInvalid
from tickets.services import linking, presence
from tickets.telegram import buttons
from tickets.telegram.saying import rendered, say


def start(telegram: Sender, person: User | None, token: str) -> None:
    """`/start`, with or without a token."""
    if token:
        _ask(telegram, token)
    elif person is None:
        greet_stranger(telegram)
    else:
        greet(telegram, person)


def greet(telegram: Sender, person: User) -> None:
    """To somebody whose Telegram belongs to an account."""
    text = rendered("linked", telegram_id=str(telegram.id), name=str(person), username=person.username)
    say(telegram.id, text, markup=keyboard.no_keyboard())


def greet_stranger(telegram: Sender) -> None:
    """To somebody without an account: their number in Telegram, and what to do."""
    ask = keyboard.ask_for_contact(_("Отправить мой номер телефона"))
    say(telegram.id, rendered("unknown", telegram_id=str(telegram.id)), markup=ask)


def _ask(telegram: Sender, token: str) -> None:
    """Whose account it is comes first: somebody else may have sent the link."""
    try:
        person = linking.person_of(token)
    except LinkInvalid as invalid:
        say(telegram.id, escape(str(invalid.message)))
        return
    question = _("Привязать этот Telegram к учётной записи %(login)s?") % {"login": f"<b>{escape(person.username)}</b>"}
    yes = Button(_("Привязать"), data=f"{buttons.LINK}:{token}")
    say(telegram.id, question, markup=keyboard.buttons([[yes]]))


def confirm(*, telegram: Sender, token: str) -> str:
    """The press that links; what is told about it."""
    try:
        with transaction.atomic():
            former = linking.person_of(token).telegram_id
            person = linking.confirm(token=token, telegram_id=telegram.id)
    except DomainError as refusal:
        return str(refusal.message)
    if former is not None and former != telegram.id:
        _say_goodbye(former, person)
    _welcome(telegram, person)
    return _("Telegram привязан к учётной записи %(login)s") % {"login": person.username}


def take_contact(telegram: Sender, contact: Contact) -> None:
    """A number that was shared: it must be the sender's own, and verified for exactly one person here."""
    phone = "+" + contact.phone_number.lstrip("+").replace(" ", "")
    found = User.objects.people().filter(phone=phone, phone_verified_at__isnull=False, is_active=True).first()
    if contact.user_id != telegram.id or found is None or found.telegram_id is not None:
        greet_stranger(telegram)
        return
    try:
        with transaction.atomic():
            accounts.change_user(user=found, telegram_id=telegram.id)
    except TelegramTaken:  # by an account that is switched off
        greet_stranger(telegram)
        return
    _welcome(telegram, found)


def _say_goodbye(chat: int, person: User) -> None:
    """To the Telegram that the account had before: whoever reads it may know nothing of the change."""
    text = _(
        "Учётная запись %(login)s привязана к другому Telegram. Сюда сообщения больше не придут. "
        "Если это были не вы, скажите администратору"
    )
    say(chat, text % {"login": f"<b>{escape(person.username)}</b>"})


def _welcome(telegram: Sender, person: User) -> None:
    if not person.language and telegram.language_code:
        language = language_for("", accepted=telegram.language_code)
        person = accounts.change_user(user=person, language=language)
    presence.mark_reachable(person=person)
    greet(telegram, person)
