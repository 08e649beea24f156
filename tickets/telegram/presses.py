"""Buttons that somebody has pressed. Who it was is told by Telegram alone; what they may do, by the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.languages import language_for
from accounts.models import User
from integrations import alerting, outbox
from integrations.telegram import questions
from integrations.telegram.schemas import CallbackQuery
from tickets.contacts import unsubscribing
from tickets.contacts.delivering import UNSUBSCRIBE
from tickets.errors import NoRights, Refusal, WrongState
from tickets.lifecycle import Verb
from tickets.models import Card, Channel, Ticket
from tickets.models.desk import VERB_NAMES
from tickets.services import lateness, notices, reading, transitions
from tickets.services.press import Press
from tickets.telegram import answers, buttons, drafts, linking, preferences
from tickets.telegram.buttons import Pressed, Unreadable
from tickets.telegram.delivery import DETAILS, QUEUE, bare
from tickets.telegram.reply import Reply

SOURCE = "telegram"
CHOICES: Final[dict[str, Callable[[User, str], str]]] = {
    buttons.ALERT: lambda person, words: alerting.press(words, user=person),
    buttons.CATEGORY: drafts.choose_category,
    buttons.LANGUAGE: preferences.choose_language,
    buttons.PAUSE: preferences.choose_pause,
}
"""Buttons that are about no ticket: each does something for the person and says what the press is answered."""


def press(query: CallbackQuery, person: User | None) -> Reply:
    """Do what the button says, in the caller's transaction; a refusal changes nothing and is told."""
    kind, _colon, words = query.data.partition(":")
    if kind == buttons.LINK:
        return Reply(query.id, linking.confirm(telegram=query.sender, token=words), alert=True)
    chosen = questions.read(query.data)
    if chosen is not None:
        return Reply(query.id, answers.press(query, chosen), alert=chosen.choice == questions.OWN_WORDS)
    if kind == UNSUBSCRIBE:
        return Reply(query.id, _unsubscribe(query, words), alert=True)
    if person is None:
        return Reply(query.id, _("Пользователь не найден. Отправьте боту /start"), alert=True)
    if kind in CHOICES:
        return Reply(query.id, CHOICES[kind](person, words))
    try:
        pressed = buttons.read(query.data)
    except Unreadable:
        known = kind == buttons.TICKET
        return Reply(query.id, _("Заявка не найдена") if known else _("Кнопка устарела"), alert=True)
    if pressed.word == buttons.MORE:
        return _tell_more(query, person, pressed)
    return _change(query, person, pressed)


def refuse_if_late(query: CallbackQuery) -> Reply | None:
    """The answer to somebody who wants what is not free any more; None for every other press.

    It takes no lock and a fraction of the statements of `press`, whose answer would be the same.
    """
    try:
        pressed = buttons.read(query.data)
    except Unreadable:
        return None
    if buttons.VERBS.get(pressed.word) is not Verb.TAKE:
        return None
    late = lateness.find(pressed.ticket_id, telegram_id=query.sender.id)
    if late is None:
        return None
    with translation.override(language_for(late.person.language, accepted=query.sender.language_code or "")):
        press = Press(actor=late.person, verb=Verb.TAKE, version=pressed.version, source=SOURCE)
        refusal = lateness.refuse(press, late)
        if late.serves and late.shown is not None and late.shown >= late.ticket.version:
            notices.show_as_it_is(late.ticket.pk, late.person, version=late.shown)
        return _refused(query, refusal)


def _unsubscribe(query: CallbackQuery, words: str) -> str:
    """Only the contact itself may; a message that was forwarded ends nobody's sendings."""
    contact = unsubscribing.contact_in_chat(query.sender.id, words)
    if contact is None:
        return _("Кнопка устарела")
    unsubscribing.unsubscribe(contact, Channel.TELEGRAM)
    return _("Вы отписаны: сообщений больше не будет.")


def _change(query: CallbackQuery, person: User, pressed: Pressed) -> Reply:
    verb = buttons.VERBS[pressed.word]
    try:
        ticket = transitions.transition(
            actor=person,
            ticket_id=pressed.ticket_id,
            verb=verb,
            version=pressed.version,
            source=SOURCE,
            term=buttons.TERMS.get(pressed.word),
            rating=buttons.RATINGS.get(pressed.word),
        )
    except DomainError as refusal:
        if not isinstance(refusal, NoRights):
            _refresh(person, pressed.ticket_id)
        return _refused(query, refusal)
    _lay_bare_if_stray(query, person, ticket)
    return Reply(query.id, str(VERB_NAMES[verb]))


def _refused(query: CallbackQuery, refusal: DomainError) -> Reply:
    text = str(refusal.message)
    if isinstance(refusal, WrongState):
        text = _("Кнопка устарела: сейчас заявка «%(status)s»") % {"status": refusal.details["status"]}
    return Reply(query.id, text, alert=not (isinstance(refusal, Refusal) and refusal.toast))


def _tell_more(query: CallbackQuery, person: User, pressed: Pressed) -> Reply:
    try:
        ticket = reading.for_person(person, pressed.ticket_id)
    except NoRights as refusal:
        return Reply(query.id, str(refusal.message), alert=True)
    outbox.add(
        topic=DETAILS,
        payload={"ticket": ticket.pk, "person": person.pk, "press": query.id},
        ordering_key=str(person.telegram_id),
        queue=QUEUE,
    )
    return Reply(query.id)


def _refresh(person: User, ticket_id: int) -> None:
    """Show the person how the ticket stands, if they have a card of it and the newest form is not on its way to it."""
    cards = Card.objects.filter(ticket=ticket_id, person=person, shown__gte=F("ticket__version"))
    shown = cards.values_list("shown", flat=True).first()
    if shown is not None:
        notices.show_as_it_is(ticket_id, person, version=shown)


def _lay_bare_if_stray(query: CallbackQuery, person: User, ticket: Ticket) -> None:
    """A twin of the card, whose number got lost with Telegram's answer, or details: their buttons are old now."""
    if query.message is None or query.message.chat.id != person.telegram_id:
        return
    card = Card.objects.filter(ticket=ticket, person=person).first()
    if card is not None and card.message_id == query.message.message_id:
        return
    bare(person, query.message.message_id)
