"""What an update causes. The one entrance, whichever way updates come."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import translation

from accounts import services as accounts
from accounts.languages import language_for
from accounts.models import User
from accounts.statements import hot_cursor
from integrations import inbox
from integrations.safe_json import dumps
from integrations.telegram.bots import Bot
from integrations.telegram.schemas import CallbackQuery, ChatMemberChange, Message, Sender, Update, read_update
from tickets.models import TelegramReply
from tickets.services import presence
from tickets.telegram import amendments, messages, pace, presses, strangers
from tickets.telegram.reply import Reply

SOURCE: Final = "telegram"
PRIVATE: Final = "private"
KICKED: Final = "kicked"

KEEP: Final = "INSERT INTO telegram_replies (update, reply) VALUES (%s, %s)"

log = structlog.get_logger(__name__)


def handle(raw: dict[str, Any], *, bot_id: str) -> Reply | None:
    """Take in an update with everything it causes, in one transaction; returns the answer to a press, if it is one.

    `raw` has an integer `update_id`, which counts per bot. A repeat changes nothing and is answered as the first time.
    Groups and updates of an unknown shape are noted and left alone.
    """
    number = f"{bot_id}:{raw['update_id']}"
    with transaction.atomic():
        if not inbox.take_in(source=SOURCE, external_id=number):
            log.info("telegram_update_repeated", update=number)
            kept = TelegramReply.objects.filter(update=number).first()
            return Reply.from_json(kept.reply) if kept is not None else None
        update = read_update(raw)
        if update is None:
            log.warning("telegram_update_unreadable", update=number)
            return None
        reply = _cause(update, bot_id, f"{SOURCE}:{number}")
        if reply is not None:
            _keep(number, reply)
        return reply


def _keep(number: str, reply: Reply) -> None:
    with hot_cursor() as cursor:
        cursor.execute(KEEP, [number, dumps(reply.as_json())])


def _cause(update: Update, bot_id: str, key: str) -> Reply | None:
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        _note_membership(update.my_chat_member, bot_id)
    elif update.message is not None and _may_be_heard(update.message):
        _receive(update.message, bot_id, key)
    elif update.edited_message is not None and not _is_for_clients(bot_id) and _may_be_heard(update.edited_message):
        _amend(update.edited_message, bot_id)
    return None


def _is_for_clients(bot_id: str) -> bool:
    return bot_id == Bot.CLIENTS.id != Bot.DESK.id


def _may_be_heard(message: Message) -> bool:
    """Groups are left alone, and so is who writes too much."""
    if message.chat.type != PRIVATE or message.sender is None:
        return False
    return not pace.held_up(message.sender, chat=message.chat.id)


def _press(query: CallbackQuery) -> Reply:
    refusal = pace.held_up(query.sender, chat=None)
    if refusal:
        return Reply(query.id, refusal, alert=True)
    late = presses.refuse_if_late(query)
    if late is not None:
        return late
    person = accounts.person_by_telegram(query.sender.id)
    with translation.override(_language(person, query.sender)):
        return presses.press(query, person)


def _receive(message: Message, bot_id: str, key: str) -> None:
    """Who writes is told by Telegram alone, never by what they write."""
    if message.sender is None:
        return
    if _is_for_clients(bot_id):
        strangers.hear(message, message.sender, key=key, bot=Bot.CLIENTS)
        return
    person = accounts.person_by_telegram(message.sender.id)
    with translation.override(_language(person, message.sender)):
        messages.receive(message, message.sender, person, bot_id=bot_id, key=key)


def _amend(message: Message, bot_id: str) -> None:
    """Somebody has changed what they wrote."""
    person = accounts.person_by_telegram(message.sender.id) if message.sender is not None else None
    if person is not None:
        with translation.override(language_for(person.language)):
            amendments.amend(message, person, bot_id=bot_id)


def _note_membership(change: ChatMemberChange, bot_id: str) -> None:
    """Somebody has blocked the bot, or let it write again."""
    if change.chat.type != PRIVATE:
        return
    gone = change.new_chat_member.status == KICKED
    person = None if _is_for_clients(bot_id) else accounts.person_by_telegram(change.sender.id)
    if person is None:
        strangers.note_reach(change.sender, gone=gone)
    elif gone:
        presence.mark_unreachable(person=person, reason="blocked")
    else:
        presence.mark_reachable(person=person)


def _language(person: User | None, sender: Sender) -> str:
    return language_for(person.language if person is not None else "", accepted=sender.language_code or "")
