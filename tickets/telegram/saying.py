"""Messages of the bot that are about no ticket: one way to write them into the outbox."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from accounts.models import User
from integrations import outbox
from integrations.telegram.delivery import TOPIC


def say(chat: int, text: str, *, markup: dict[str, Any] | None = None, key: str | None = None) -> None:
    """Write `text` (Telegram's HTML) to the chat, after all that was written to it before."""
    payload: dict[str, Any] = {"chatId": chat, "text": text}
    if markup is not None:
        payload["markup"] = markup
    outbox.add(topic=TOPIC, payload=payload, dedupe_key=key, ordering_key=str(chat), queue="notifications")


def tell(person: User, text: str, *, markup: dict[str, Any] | None = None) -> None:
    """`say` to the chat of somebody who has one: what they wrote or pressed has just come from it."""
    say(person.telegram_id or 0, text, markup=markup)


def rendered(template: str, **values: Any) -> str:
    """The words of a template of `templates/telegram`, in the active language."""
    return render_to_string(f"telegram/{template}.html", values).strip()
