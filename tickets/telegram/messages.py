"""What people write to the bot: commands, answers to its messages, and everything else, which is a new ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import clock
from accounts.errors import DomainError
from accounts.languages import language_for
from accounts.models import User
from integrations import outbox
from integrations.telegram.schemas import File, Message, Sender
from tickets.errors import FileRefused
from tickets.models import Card, Ticket
from tickets.services import notices, presence, reading, talk
from tickets.services.attachments import NewFile
from tickets.telegram import albums, answers, drafts, linking, pings, preferences, strangers
from tickets.telegram.fetching import fetch, may_be_fetched, tell_of_missed
from tickets.telegram.saying import rendered, say, tell

COMMENT: Final = "telegram.comment"
"""`{"person", "ticket", "text", "files", "key"}`: a comment whose files have to be fetched from Telegram first."""
QUEUE: Final = "notifications"
SHOWN: Final = 20
REASON_COMES_WITHIN: Final = timedelta(minutes=2)


def receive(message: Message, sender: Sender, person: User | None, *, bot_id: str, key: str) -> None:
    """Take in a private message; `key` names the update."""
    if person is not None:
        presence.mark_reachable(person=person)
    command, words = [*message.text.split(maxsplit=1), "", ""][:2]
    command = command.partition("@")[0]
    if command == "/start":
        linking.start(sender, person, words.strip())
    elif answers.hear(message, sender):
        pass
    elif message.contact is not None and person is None:
        linking.take_contact(sender, message.contact)
    elif person is None and command.startswith("/"):
        linking.greet_stranger(sender)
    elif person is None:
        strangers.hear(message, sender, key=key)
    elif command.startswith("/"):
        _obey(command, words.strip(), sender, person)
    else:
        _read(message, person, bot_id, key)


def _obey(command: str, words: str, sender: Sender, person: User) -> None:
    commands = {
        "/new": lambda: drafts.begin(person, words),
        "/my": lambda: _list(person),
        "/lang": lambda: preferences.speak(person, words),
        "/pause": lambda: preferences.pause(person, words),
    }
    obey = commands.get(command)
    if obey is None:
        say(sender.id, rendered("help"))
    else:
        obey()


def _read(message: Message, person: User, bot_id: str, key: str) -> None:
    """An answer to a message of ours is about its ticket; anything else is for a new one."""
    ticket = _answered(message, person, bot_id)
    question = message.reply_to_message
    is_reason = ticket is not None and question is not None and pings.is_question(question.text, ticket.number)
    if ticket is None and message.file is None and not drafts.under_way(person):
        ticket = _just_returned(person)
        is_reason = ticket is not None
    if ticket is None:
        drafts.add(person, message, bot_id=bot_id)
        return
    try:
        passed_on = _pass_on(message, person, ticket, key, is_reason=is_reason)
    except DomainError as refusal:
        say(message.chat.id, escape(str(refusal.message)))
        return
    if passed_on:
        say(message.chat.id, escape(_("Передано по заявке №%(number)s") % {"number": ticket.number}))


def _pass_on(message: Message, person: User, ticket: Ticket, key: str, *, is_reason: bool) -> bool:
    """Tell the other side; returns whether there was anything new to tell. Words go on without a file that is too
    large."""
    file = message.file
    if file is not None and may_be_fetched(person, file):
        return _queue_comment(message, file, person, ticket, key)
    if is_reason and message.words:
        talk.give_reason(actor=person, ticket_id=ticket.pk, text=message.words, key=key)
    elif message.words:
        talk.comment(actor=person, ticket_id=ticket.pk, text=message.words, source="telegram", key=key)
    else:
        return False
    return True


def _answered(message: Message, person: User, bot_id: str) -> Ticket | None:
    """The ticket of the bot's message that this one answers, or of its album, if the person may see it."""
    number = _number_answered(message, bot_id) or albums.ticket_of(person, message)
    try:
        return reading.for_person(person, number) if number is not None else None
    except DomainError:
        return None


def _number_answered(message: Message, bot_id: str) -> int | None:
    original = message.reply_to_message
    if original is None or original.sender is None or str(original.sender.id) != bot_id:
        return None
    card = Card.objects.filter(chat_id=message.chat.id, message_id=original.message_id).first()
    return card.ticket_id if card is not None else pings.about(original.words)


def _just_returned(person: User) -> Ticket | None:
    """The ticket that the person sent back a moment ago without a word: what they write next says why.

    The question may come after their words, as Telegram brings messages of a chat one a second.
    """
    since = clock.read() - REASON_COMES_WITHIN
    line = talk.unexplained_return(person, since)
    return reading.for_person(person, line.ticket_id) if line is not None else None


def _queue_comment(message: Message, file: File, person: User, ticket: Ticket, key: str) -> bool:
    """A comment with the file, or one more file for the comment of its album; returns whether it is a new one."""
    part = {"id": file.file_id, "name": file.file_name}
    album = albums.answer_key(person, message.media_group_id) if message.media_group_id else ""
    if album:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # of two first parts one is the first
        if outbox.change(album, lambda said: _with_part(said, message.words, part)):
            return False
    outbox.add(
        topic=COMMENT,
        payload={"person": person.pk, "ticket": ticket.pk, "text": message.words, "files": [part], "key": key},
        dedupe_key=album if album and not outbox.state_of(album) else f"comment:{key}",
        available_at=clock.read() + albums.WAIT if album else None,
        queue=QUEUE,
    )
    return True


def _with_part(said: dict[str, Any], words: str, part: dict[str, str]) -> dict[str, Any]:
    return said | {"text": f"{said['text']}\n{words}".strip(), "files": [*said["files"], part]}


def write_comment(payload: dict[str, Any]) -> None:
    """The outbox's handler of `COMMENT`. Raises the client's errors, to be tried again."""
    person = User.objects.get(pk=payload["person"])
    fetched = fetch(payload["files"])
    with transaction.atomic(), translation.override(language_for(person.language)):
        tell_of_missed(person, fetched)
        if not (fetched.files or payload["text"]):
            return
        try:
            _comment(person, payload, fetched.files)
        except FileRefused as refusal:
            tell(person, escape(str(refusal.message)))
            if payload["text"]:
                _comment(person, payload, [])
        except DomainError as refusal:
            tell(person, escape(str(refusal.message)))


def _comment(person: User, payload: dict[str, Any], files: list[NewFile]) -> None:
    talk.comment(
        actor=person,
        ticket_id=payload["ticket"],
        text=payload["text"],
        source="telegram",
        files=files,
        key=payload["key"],
    )


def _list(person: User) -> None:
    tickets = list(reading.my_tickets(person)[:SHOWN])
    lines = [f"№{ticket.number} · {ticket.state_name} · {escape(ticket.title[:80])}" for ticket in tickets]
    tell(person, "\n".join(lines) or escape(_("У вас нет открытых заявок. Новая: /new")))
    for ticket in tickets:
        notices.show_as_it_is(ticket.pk, person, version=ticket.version)
