"""The bot against a Bot API server that nobody here wrote, found by `TELEGRAM_API_BASE_URL` alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from integrations import relay
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient
from tests.acceptance.naryad import until
from tests.fakes import telegram_test_api
from tests.fakes.npm_package import Missing
from tests.fakes.telegram_test_api import TestApi
from tests.integration.telegram.desk import AUTHOR, IVAN, Desk
from tickets.models import Ticket
from tickets.telegram.polling import Poller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.fixture
def foreign(desk: Desk, settings: Any) -> Iterator[TestApi]:
    """That server, with our poller listening to it."""
    try:
        with telegram_test_api.running() as server:
            settings.TELEGRAM_API_BASE_URL = f"{server.url}/bot"
            settings.TELEGRAM_BOT_TOKEN = telegram_test_api.TOKEN
            scope, stop = CallScope(), threading.Event()
            thread = threading.Thread(target=_listen, args=[scope, stop])
            thread.start()
            try:
                yield server
            finally:
                stop.set()
                scope.cancel.cancel()
                thread.join(30)
    except Missing as reason:
        pytest.skip(str(reason))


def _listen(scope: CallScope, stop: threading.Event) -> None:
    try:
        Poller(client=TelegramClient.connect(scope), stop=stop).run()
    finally:
        connections.close_all()


def message_with(server: TestApi, person: int, button: str) -> Any:
    """The newest message with this button, and the button's data; None while there is none. Sends what is due."""
    relay.deliver_due(queue="notifications")
    for message in reversed(server.seen_by(person)):
        for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
            for one in row:
                if one["text"] == button:
                    return message, one["callback_data"]
    return None


def press(server: TestApi, person: int, button: str) -> None:
    message, data = until(lambda: message_with(server, person, button), seconds=30, what=button)
    server.press(person, data, {"message_id": message["message_id"]})


def test_the_cycle_works_with_a_server_of_others(desk: Desk, foreign: TestApi) -> None:
    """S4-23: tests 1 and 2 of the seed against somebody else's Bot API."""
    foreign.write(AUTHOR, "Сломался принтер")
    press(foreign, IVAN, "Взять в работу")
    press(foreign, IVAN, "На подтверждение")
    press(foreign, AUTHOR, "Подтвердить выполнение")
    until(lambda: Ticket.objects.get().status_id == 5, seconds=30, what="the ticket is completed")
    assert len([one for one in foreign.seen_by(IVAN) if "🆕" in one["text"] or "№" in one["text"]]) >= 1
