"""What an update causes. The one entrance, whichever way updates come."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.db import transaction

from accounts import services as accounts
from accounts.languages import language_for
from integrations import inbox, outbox
from integrations.telegram.delivery import TOPIC
from integrations.telegram.schemas import Message, read_update
from tickets.telegram import answers

SOURCE: Final = "telegram"

log = structlog.get_logger(__name__)


def handle(raw: dict[str, Any], *, bot_id: str) -> None:
    """Take in an update with everything it causes, in one transaction; a repeat changes nothing.

    `raw` has an integer `update_id`, which counts per bot. Every private message is answered; all the rest, updates
    of an unknown shape among it, is noted and left alone.
    """
    number = f"{bot_id}:{raw['update_id']}"
    with transaction.atomic():
        if not inbox.take_in(source=SOURCE, external_id=number):
            log.info("telegram_update_repeated", update=number)
            return
        update = read_update(raw)
        if update is None:
            log.warning("telegram_update_unreadable", update=number)
        elif update.message is not None and update.message.chat.type == "private":
            _answer(update.message, number)


def _answer(message: Message, number: str) -> None:
    """Write the answer into the outbox; who asks is told by Telegram alone, never by what they write."""
    if message.sender is None:
        return
    text = _who_you_are(message.sender.id, message.sender.language_code)
    outbox.add(
        topic=TOPIC,
        payload={"chatId": message.chat.id, "text": text},
        dedupe_key=f"{SOURCE}:{number}",
        ordering_key=str(message.chat.id),
        queue="notifications",
    )


def _who_you_are(telegram_id: int, language_code: str | None) -> str:
    person = accounts.person_by_telegram(telegram_id)
    if person is None:
        return answers.unknown(telegram_id=telegram_id, language_code=language_code)
    language = language_for(person.language, accepted=language_code or "")
    return answers.linked(telegram_id=telegram_id, name=str(person), username=person.username, language=language)
