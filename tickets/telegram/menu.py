"""The commands that Telegram offers in the menu of the chat, in the language of the person's program."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.telegram.client import TelegramClient


def publish(client: TelegramClient) -> None:
    """Tell Telegram of the commands; for starts of the bot. Raises the client's errors."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            commands = [
                ("new", _("новая заявка")),
                ("my", _("мои заявки")),
                ("pause", _("не присылать новых заявок")),
                ("lang", _("язык")),
                ("help", _("эта подсказка")),
            ]
        client.set_commands(commands=commands, language=code.partition("-")[0])
        if code == settings.LANGUAGE_CODE:
            client.set_commands(commands=commands)
