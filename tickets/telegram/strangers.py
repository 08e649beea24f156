"""What clients write, as events: people without an account here, and whoever writes to the bot for clients."""

from __future__ import annotations

from typing import Final

from accounts import services as accounts
from integrations import events
from integrations.telegram.bots import Bot
from integrations.telegram.schemas import Message, Sender
from tickets.contacts import keeping, unsubscribing
from tickets.contacts.keeping import Addresses
from tickets.models import Channel, Contact

RECEIVED: Final = "message.received"
CHANNEL: Final = "telegram"


def hear(message: Message, sender: Sender, *, key: str, bot: Bot = Bot.DESK) -> None:
    """Find or make the contact of the sender, and tell that they have written. `key` names the update."""
    project_id = accounts.default_project().pk
    contact, _fresh = keeping.find_or_create(
        project_id=project_id,
        addresses=Addresses.read(telegram_id=sender.id),
        name=sender.name,
        language=sender.language_code or "",
    )
    _let_in_again(contact)
    events.emit(
        project_id=project_id,
        name=RECEIVED,
        subject=str(contact.pk),
        payload={
            "messageId": f"{message.message_id}" if bot is Bot.DESK else f"{bot}-{message.message_id}",
            "channel": CHANNEL,
            "text": message.words,
            "contactId": str(contact.pk),
            "name": contact.name,
            "chatId": message.chat.id,
            "bot": bot.value,
        },
        dedupe_key=key,
        source=CHANNEL,
    )


def note_reach(sender: Sender, *, gone: bool) -> None:
    """A client has blocked the bot, or let it write again; who is no contact is nobody's loss."""
    contact = Contact.objects.filter(project_id=accounts.default_project().pk, telegram_id=sender.id).first()
    if contact is None:
        return
    if gone:
        unsubscribing.mark_unreachable(contact, Channel.TELEGRAM)
    else:
        _let_in_again(contact)


def _let_in_again(contact: Contact) -> None:
    """Who writes can be written to."""
    if contact.telegram_unreachable_at is not None:
        Contact.objects.filter(pk=contact.pk).update(telegram_unreachable_at=None)
