"""The client against a Bot API over a socket: what it sends, and what each failure is called."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest

from integrations.errors import (
    Cancelled,
    InvalidAnswer,
    OutboundError,
    RateLimited,
    ServerFault,
    TimedOut,
)
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import (
    Away,
    Blocked,
    MessageGone,
    NotConnected,
    RequestRejected,
    TokenMissing,
    TokenRejected,
    UpdatesTaken,
)
from tests.fakes.bot_api import BOT_ID, NAME, TOKEN, Answer, BotAPI, refusal


@pytest.fixture
def client(telegram: BotAPI) -> TelegramClient:
    return TelegramClient.connect(CallScope())


def test_the_bot_knows_its_name_and_its_id(client: TelegramClient) -> None:
    assert (client.name(), client.bot_id) == (NAME, BOT_ID)


def test_a_message_arrives_as_html(client: TelegramClient, telegram: BotAPI) -> None:
    first = client.send_message(chat_id=5, text="<b>Заявка</b>")
    assert client.send_message(chat_id=5, text="another") == first + 1
    assert telegram.sent[0].items() >= {"chat_id": "5", "text": "<b>Заявка</b>", "parse_mode": "HTML"}.items()


def test_updates_come_again_until_they_are_confirmed(client: TelegramClient, telegram: BotAPI) -> None:
    first, second = telegram.write(5), telegram.write(6)
    assert [update["update_id"] for update in client.updates(confirm=None)] == [first, second]
    assert [update["update_id"] for update in client.updates(confirm=first)] == [second]


def test_only_the_kinds_that_are_handled_are_asked_for(client: TelegramClient, telegram: BotAPI) -> None:
    telegram.happen(poll={"id": "1"})
    message = telegram.write(5)
    assert [update["update_id"] for update in client.updates(confirm=None)] == [message]


def test_waiting_for_updates_ends_when_the_scope_is_cancelled(telegram: BotAPI) -> None:
    scope = CallScope()
    errors: list[Exception] = []

    def wait() -> None:
        try:
            TelegramClient.connect(scope).updates(confirm=None)
        except Cancelled as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    telegram.wait_until(lambda: telegram.polls)
    scope.cancel.cancel()
    thread.join(20)
    assert len(errors) == 1


def test_a_call_ends_with_its_deadline(telegram: BotAPI) -> None:
    client = TelegramClient.connect(CallScope(deadline=time.monotonic() + 0.3))
    with pytest.raises(TimedOut):
        client.updates(confirm=None)


PAGE = b"<html>gateway</html>"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, "Bad Request: BUTTON_DATA_INVALID"), RequestRejected),
        (refusal(400, "Bad Request: chat not found"), Blocked),
        (refusal(400, "Bad Request: message to edit not found"), MessageGone),
        (refusal(401, "Unauthorized"), TokenRejected),
        (refusal(404, "Not Found"), TokenRejected),
        (refusal(403, "Forbidden: bot was blocked by the user"), Blocked),
        (refusal(409, "Conflict: can't use getUpdates method while webhook is active"), UpdatesTaken),
        (refusal(500, "Internal Server Error"), ServerFault),
        (refusal(502, "Bad Gateway"), Away),
        (Answer(502, page=PAGE), Away),
        (Answer(503, page=PAGE), Away),
        (Answer(504, page=PAGE), Away),
        (Answer(403, page=PAGE), InvalidAnswer),
        (Answer(404, page=PAGE), InvalidAnswer),
        (Answer(200, page=PAGE), InvalidAnswer),
        (Answer(200, {"ok": True}), InvalidAnswer),
        (Answer(200, {"ok": True, "result": ["odd"]}), InvalidAnswer),
    ],
)
def test_each_refusal_has_a_name_of_its_own(
    client: TelegramClient, telegram: BotAPI, answer: Answer, error: type[OutboundError]
) -> None:
    telegram.plan("getUpdates", answer)
    with pytest.raises(error) as caught:
        client.updates(confirm=None)
    assert caught.type is error


def test_a_limit_says_how_long_to_wait(client: TelegramClient, telegram: BotAPI) -> None:
    telegram.plan("sendMessage", refusal(429, "Too Many Requests: retry after 7", retry_after=7))
    with pytest.raises(RateLimited) as caught:
        client.send_message(chat_id=5, text="hi")
    assert caught.value.retry_after == 7.0


def test_a_server_that_is_away_got_nothing(telegram: BotAPI, settings: Any) -> None:
    settings.TELEGRAM_API_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(NotConnected):
        TelegramClient.connect(CallScope()).send_message(chat_id=5, text="hi")


@pytest.mark.parametrize(
    ("token", "error"), [("", TokenMissing), ("  ", TokenMissing), ("abc", TokenRejected), ("1:a/../b", TokenRejected)]
)
def test_a_token_that_cannot_be_one_is_refused_before_anything_is_sent(
    telegram: BotAPI, settings: Any, token: str, error: type[OutboundError]
) -> None:
    settings.TELEGRAM_BOT_TOKEN = token
    with pytest.raises(error):
        TelegramClient.connect(CallScope())


def test_the_token_stands_in_no_log_line_and_in_no_error(
    client: TelegramClient, telegram: BotAPI, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)  # our own; the libraries keep the levels of `config.logs`
    telegram.plan("getMe", refusal(401, "Unauthorized"), Answer(502, page=PAGE), Answer(200, {"ok": True}))
    settings.TELEGRAM_API_BASE_URL = "http://127.0.0.1:9"
    away = TelegramClient.connect(CallScope())
    told = []
    for one in (client, client, client, away):
        with pytest.raises(OutboundError) as caught:
            one.name()
        told.append(f"{caught.value!r} {caught.value} {caught.value.details}")
    client.send_message(chat_id=5, text="hi")
    secret = TOKEN.partition(":")[2]
    assert secret not in "\n".join(told)
    assert secret not in caplog.text
