"""Who the bot of the emulator is, and the people who are there at first."""

from __future__ import annotations

from typing import Final

TOKEN: Final = "7654321:AAF-emulated_bot_of_naryad_0123456789"  # noqa: S105 - opens nothing but the emulator
BOT_NAME: Final = "naryad_emulator_bot"
BOT_TITLE: Final = "Наряд"
PEOPLE: Final = ((101, "Анна, автор"), (102, "Иван, исполнитель"), (103, "Мария, исполнитель"))
"""They have opened the chat with the bot, and said nothing yet."""
SOMEBODY: Final = "Анна"
GROUP: Final = "Группа"
