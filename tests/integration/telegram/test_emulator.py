"""The emulator through its socket, as clients that nobody here wrote see it: python-telegram-bot and requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import requests
import telegram as library

from integrations.telegram.emulator import formatting
from integrations.telegram.emulator.media import Upload
from tests.fakes.bot_api import TOKEN, BotAPI, running

CHAT = 5
TOO_LONG = {"text": "x", "callback_data": "я" * 33}


@pytest.fixture
def api(telegram_server: BotAPI) -> Iterator[BotAPI]:
    telegram_server.reset()
    telegram_server.acts.person(CHAT)
    yield telegram_server
    telegram_server.reset()


@pytest.fixture
def ask(api: BotAPI) -> Callable[..., dict[str, Any]]:
    """One call of a method with plain requests, whatever way the values travel."""
    session = requests.Session()
    session.trust_env = False

    def ask(method: str, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = session.post(f"{api.url}/bot{TOKEN}/{method}", timeout=10, **options).json()
        return found

    return ask


def with_bot(api: BotAPI, work: Callable[[library.Bot], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        async with library.Bot(TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
            return await work(bot)

    return asyncio.run(run())


def test_the_library_sends_edits_deletes_and_fetches(api: BotAPI) -> None:
    async def work(bot: library.Bot) -> None:
        keyboard = library.InlineKeyboardMarkup([[library.InlineKeyboardButton("Да", callback_data="y")]])
        sent = await bot.send_message(CHAT, "<b>Привет</b> &lt;", parse_mode="HTML", reply_markup=keyboard)
        assert (sent.text, sent.entities[0].type) == ("Привет <", "bold")
        edited = await bot.edit_message_text("Пока", CHAT, sent.message_id)
        assert isinstance(edited, library.Message)
        assert edited.reply_markup is None
        with pytest.raises(library.error.BadRequest, match=r"(?i)message is not modified"):
            await bot.edit_message_text("Пока", CHAT, sent.message_id)
        assert await bot.delete_message(CHAT, sent.message_id)
        document = await bot.send_document(CHAT, b"content", filename="akt.pdf")
        assert document.document is not None
        assert bytes(await (await document.document.get_file()).download_as_bytearray()) == b"content"
        album = await bot.send_media_group(CHAT, [library.InputMediaPhoto(b"1"), library.InputMediaPhoto(b"2")])
        assert len({message.media_group_id for message in album}) == 1
        await bot.set_my_commands([("new", "новая заявка")])
        assert (await bot.get_my_commands())[0].command == "new"

    with_bot(api, work)


def test_the_library_gets_updates_of_every_kind(api: BotAPI) -> None:
    async def work(bot: library.Bot) -> list[library.Update]:
        keyboard = library.InlineKeyboardMarkup([[library.InlineKeyboardButton("Да", callback_data="y")]])
        await bot.send_message(CHAT, "?", reply_markup=keyboard)
        api.acts.press(CHAT, "Да")
        api.acts.press(CHAT, "Да", gone=True)
        api.acts.write(CHAT, "/new текст")
        api.acts.share_contact(CHAT, phone="+79000000000")
        api.acts.send_files(CHAT, [Upload("a.jpg", b"1"), Upload("b.jpg", b"2")], caption="два")
        api.acts.block(CHAT)
        updates = await bot.get_updates(timeout=1)
        press = updates[0].callback_query
        assert press is not None
        await press.answer("готово")
        with pytest.raises(library.error.BadRequest, match=r"(?i)query is too old"):
            await press.answer("ещё раз")
        return list(updates)

    updates = with_bot(api, work)
    assert not updates[1].callback_query.message.is_accessible
    assert updates[2].message.entities[0].type == "bot_command"
    assert updates[3].message.contact.user_id == CHAT
    assert updates[4].message.media_group_id == updates[5].message.media_group_id
    assert updates[6].my_chat_member.new_chat_member.status == "kicked"
    assert api.toasts_of(CHAT) == ["готово"]


@pytest.mark.parametrize("way", ["json", "data", "params"])
def test_values_may_travel_in_any_way(ask: Callable[..., dict[str, Any]], way: str) -> None:
    markup: Any = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    values = {"chat_id": CHAT, "text": "hi", "reply_markup": markup if way == "json" else json.dumps(markup)}
    answer = ask("sendMessage", **{way: values})
    assert answer["result"]["text"] == "hi"
    assert answer["result"]["reply_markup"] == markup


@pytest.mark.parametrize(
    ("method", "values", "status", "words"),
    [
        ("sendMessage", {"chat_id": 404, "text": "x"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": CHAT, "text": ""}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": CHAT, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "a <тест>", "parse_mode": "HTML"},
            400,
            'Bad Request: can\'t parse entities: Unsupported start tag "тест" at byte offset 2',
        ),
        (
            "sendMessage",
            {
                "chat_id": CHAT,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]},
            },
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "editMessageText",
            {"chat_id": CHAT, "message_id": 999, "text": "x"},
            400,
            "Bad Request: message to edit not found",
        ),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        ("flyToTheMoon", {}, 404, "Not Found: method not found"),
    ],
)
def test_refusals_have_the_words_of_telegram(
    ask: Callable[..., dict[str, Any]], method: str, values: dict[str, Any], status: int, words: str
) -> None:
    assert ask(method, json=values) == {"ok": False, "error_code": status, "description": words}


def test_who_never_started_or_blocked_the_bot_gets_nothing(api: BotAPI, ask: Callable[..., dict[str, Any]]) -> None:
    api.acts.person(6, started=False)
    assert "can't initiate conversation" in ask("sendMessage", json={"chat_id": 6, "text": "x"})["description"]
    api.acts.block(CHAT)
    assert "blocked by the user" in ask("sendMessage", json={"chat_id": CHAT, "text": "x"})["description"]


def test_limits_hold_when_they_are_enforced() -> None:
    with running(enforce_limits=True) as api:
        api.acts.person(CHAT)
        url = f"{api.url}/bot{TOKEN}/sendMessage"
        answers = [requests.post(url, json={"chat_id": CHAT, "text": "x"}, timeout=10).json() for _ in range(6)]
    assert [answer["ok"] for answer in answers] == [True] * 4 + [False] * 2
    assert answers[4]["parameters"] == {"retry_after": 3}
    assert api.emulator.limits.early == 1


def test_a_webhook_and_polling_exclude_each_other(api: BotAPI, ask: Callable[..., dict[str, Any]]) -> None:
    assert ask("setWebhook", json={"url": "http://127.0.0.1:9/x", "secret_token": "s"})["ok"]
    assert ask("getUpdates")["error_code"] == 409
    assert ask("getWebhookInfo")["result"]["url"] == "http://127.0.0.1:9/x"
    assert ask("deleteWebhook")["ok"]
    assert ask("getUpdates")["result"] == []


def test_the_page_and_its_acts_are_for_this_machine_alone(api: BotAPI) -> None:
    page = requests.get(api.url, timeout=10)
    assert "Эмулятор Telegram" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    words = {"person": CHAT, "text": "привет"}
    assert requests.post(f"{api.url}/control/write", json=words, timeout=10).status_code == 200
    stranger = {"Host": "evil.example"}
    assert requests.post(f"{api.url}/control/write", json=words, headers=stranger, timeout=10).status_code == 403
    assert requests.post(f"{api.url}/control/write", data=words, timeout=10).status_code == 403
    state = requests.get(f"{api.url}/control/state?after=0", timeout=10).json()
    assert [message["html"] for message in state["people"][0]["messages"]] == ["привет"]


def test_html_comes_back_as_it_was_meant() -> None:
    text, entities = formatting.read('<b>a<i>&lt;😀</i></b> <a href="http://x.org">y</a>', "HTML")
    assert text == "a<😀 y"
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == [
        ("bold", 0, 4),
        ("italic", 1, 3),
        ("text_link", 5, 1),
    ]
    shown = formatting.as_html(text, entities)
    assert shown == '<b>a<i>&lt;😀</i></b> <a href="http://x.org" rel="noreferrer">y</a>'
