"""The node type `telegram-send`, against a real Bot API on loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as installation

from integrations import relay
from integrations.scope import CallScope
from integrations.telegram.errors import TokenMissing
from tests.fakes.bot_api import TOKEN, BotAPI, running
from tests.nodes.context import faults, run
from workflows.node_type import Done, Item

pytestmark = pytest.mark.django_db

SCOPE = CallScope(headers={"Idempotency-Key": "run:tell"})


@pytest.fixture
def bot(settings: Any) -> Iterator[BotAPI]:
    with running() as api, redis.Redis.from_url(installation.REDIS_URL) as client:
        for key in client.scan_iter("naryad:limit:telegram*"):
            client.delete(key)
        api.acts.person(5)
        settings.TELEGRAM_API_BASE_URL, settings.TELEGRAM_BOT_TOKEN = f"{api.url}/bot", TOKEN
        yield api


def send(config: dict[str, Any], items: list[Item]) -> None:
    assert run("telegram-send", config, items, scope=SCOPE) == Done({"out": items})
    relay.deliver_due(queue="notifications")


def test_each_item_is_one_message_however_often_the_step_is_repeated(bot: BotAPI) -> None:
    config = {"chat": "{{ $json.chat }}", "text": "5 < {{ $json.n }}"}
    for _repeated in range(2):
        send(config, [{"chat": 5, "n": 6}, {"chat": "5", "n": 7}])
    assert bot.texts_to(5) == ["5 < 6", "5 < 7"]


def test_links_are_buttons_and_markup_is_kept_where_asked_for(bot: BotAPI) -> None:
    send({"chat": 5, "text": "<b>A</b>", "markup": "html", "buttons": [{"text": "B", "url": "https://x.org/"}]}, [{}])
    (message,) = bot.messages_to(5)
    assert message.content["text"] == "A"
    assert [(button["text"], button["url"]) for button in message.buttons] == [("B", "https://x.org/")]


def test_files_go_by_content_or_by_address(bot: BotAPI) -> None:
    data = base64.b64encode(b"one,two").decode()
    send({"chat": 5, "fileData": data, "fileName": "a.csv", "text": "t"}, [{}])
    document = bot.messages_to(5)[0].content
    assert (document["document"]["file_name"], document["caption"]) == ("a.csv", "t")


def test_a_photo_is_fetched_by_telegram(bot: BotAPI) -> None:
    send({"chat": 5, "fileUrl": "https://example.org/cat.jpg", "fileKind": "photo"}, [{}])
    assert bot.messages_to(5)[0].content["photo"]


def test_without_a_bot_the_step_fails(settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""
    with pytest.raises(TokenMissing):
        run("telegram-send", {"chat": 5, "text": "a"}, scope=SCOPE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"chat": "@me"},
        {"fileData": "!"},
        {"fileData": "YQ==", "fileUrl": "https://x.org/a"},
        {"fileData": "YQ==", "text": "a" * 1025},
        {"buttons": [{"text": "B", "url": "x"}]},
    ],
)
def test_what_telegram_would_refuse_is_told_on_save(wrong: dict[str, Any]) -> None:
    assert len(faults("telegram-send", {"chat": 5, "text": "a", **wrong})) == 1
