"""The outbox's handler of `telegram.send`: what workflows write, by which bot, and whom of the contacts it has reached.

Clients are written to by the bot for clients, where there is one; whoever has never opened it, by the desk's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts import services as accounts
from integrations.errors import OutboundError
from integrations.telegram import delivery
from integrations.telegram.bots import Bot, configured
from integrations.telegram.errors import Blocked
from tickets.contacts import outcomes
from tickets.models import Channel, Contact


def send(payload: dict[str, Any]) -> None:
    """Send it, and tell what became of it where the chat is a client's. Raises what `delivery.send` does."""
    chat = payload["chatId"]
    client = _client(chat)
    if client is None:
        delivery.send(payload)
        return
    try:
        name = write(chat, lambda bot: delivery.send(payload, bot=bot))
    except OutboundError as error:
        if not error.transient:
            outcomes.tell_failed(client, Channel.TELEGRAM, reason=error.code)
        raise
    depth = payload.get("depth", 0)
    outcomes.tell_sent(client, Channel.TELEGRAM, message_id=name, text=payload["text"], depth=depth)


def write(chat: int, by: Callable[[Bot], int]) -> str:
    """Write to a client by the first bot that they talk to; returns the message's name.

    Raises what `delivery.deliver` does.
    """
    if Bot.CLIENTS not in configured() or (Bot.DESK in configured() and accounts.person_by_telegram(chat) is not None):
        return str(by(Bot.DESK))
    try:
        return f"{Bot.CLIENTS}-{by(Bot.CLIENTS)}"
    except Blocked:
        if Bot.DESK not in configured():
            raise
        return str(by(Bot.DESK))


def _client(chat: int) -> Contact | None:
    """The contact whose private chat it is; those who write to the bot belong to the default project."""
    return Contact.objects.filter(project_id=accounts.default_project().pk, telegram_id=chat).first()
