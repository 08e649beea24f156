"""How often one person may write to the bot or press: beyond it nothing is acted upon, and they are told so."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import clock
from accounts import services as accounts
from accounts.languages import language_for
from integrations import floods
from integrations.telegram.schemas import Sender
from tickets.telegram.saying import say

DOOR: Final = "telegram-in"
SOURCE: Final = "telegram"


def held_up(sender: Sender, *, chat: int | None) -> str:
    """Count something that the person does; what to answer when it is too much, "" when it is not.

    With a `chat` the answer is also written there, once in each window of the flood.
    """
    wait = floods.hold(
        DOOR,
        client=f"telegram:{sender.id}",
        per_minute=settings.TELEGRAM_PER_MINUTE,
        project_id=lambda: accounts.default_project().pk,
        source=SOURCE,
    )
    if not wait:
        return ""
    with translation.override(language_for("", accepted=sender.language_code or "")):
        words = str(_("Слишком много сообщений: подождите минуту и напишите снова"))
    if chat is not None:
        window = int(clock.read().timestamp()) // floods.WINDOW_SECONDS
        say(chat, escape(words), key=f"flood:{sender.id}:{window}")
    return words
