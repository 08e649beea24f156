"""Our emulator with a bot that is not ours, in a library of another language."""

from __future__ import annotations

import pytest

from integrations.telegram.emulator.media import Upload
from tests.fakes import grammy
from tests.fakes.bot_api import NAME, TOKEN, BotAPI, running
from tests.fakes.npm_package import Missing

pytestmark = pytest.mark.long

CHAT = 5


def test_a_bot_of_another_library_works_with_the_emulator() -> None:
    """R2-3: polling, messages, keyboards, presses, edits, files both ways, and refusals as the library expects them."""
    try:
        with running() as api, grammy.running(TOKEN, api.url) as began:
            assert began == f"listening as {NAME}"
            _talk(api)
    except Missing as reason:
        pytest.skip(str(reason))


def _talk(api: BotAPI) -> None:
    api.acts.person(CHAT)
    api.write(CHAT, "/start")
    api.wait_until(lambda: api.texts_to(CHAT) == ["Выберите"])
    (asked,) = api.messages_to(CHAT)
    assert [button["text"] for button in asked.buttons] == ["Да", "Нет"]
    api.acts.press(CHAT, "Да")
    api.wait_until(lambda: api.texts_to(CHAT) == ["Вы выбрали <да>"])
    assert api.toasts_of(CHAT) == ["Принято"]
    assert not asked.buttons
    api.acts.send_files(CHAT, [Upload("list.txt", "молоко".encode())], photos=False)
    api.wait_until(lambda: len(api.messages_to(CHAT)) == 2)
    copy = api.messages_to(CHAT)[-1].content["document"]
    assert copy["file_name"] == "copy.txt"
    assert "молоко".encode() in [content for _name, content in api.emulator.world.files.values()]
    api.write(CHAT, "что угодно")
    api.wait_until(lambda: len(api.messages_to(CHAT)) == 3)
    assert api.texts_to(CHAT)[-1] == "400 Bad Request: chat not found"
