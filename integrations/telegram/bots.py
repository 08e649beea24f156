"""The bots of an installation: the desk's own, and another one for clients where there is one."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from django.conf import settings

from integrations.telegram.errors import TokenMissing, TokenRejected

TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")


class Bot(StrEnum):
    """Whom a bot talks to: staff and authors of tickets, or clients, each of whom is a contact."""

    DESK = "desk"
    CLIENTS = "clients"

    @property
    def token(self) -> str:
        """Its token, "" where there is no such bot."""
        found: str = settings.TELEGRAM_BOT_TOKEN if self is Bot.DESK else settings.TELEGRAM_CLIENT_BOT_TOKEN
        return found.strip()

    @property
    def secret(self) -> str:
        """What its webhook's deliveries carry, "" where it has no webhook."""
        found: str = settings.TELEGRAM_WEBHOOK_SECRET if self is Bot.DESK else settings.TELEGRAM_CLIENT_WEBHOOK_SECRET
        return found

    @property
    def id(self) -> str:
        """Its own Telegram id, with which its token begins."""
        return self.token.partition(":")[0]

    def checked_token(self) -> str:
        """The token, which becomes a part of a URL. Raises `TokenMissing`, `TokenRejected`."""
        token = self.token
        if not token:
            raise TokenMissing
        if not TOKEN.fullmatch(token):
            raise TokenRejected
        return token


def configured() -> list[Bot]:
    """The bots that this installation has."""
    return [bot for bot in Bot if bot.token]
