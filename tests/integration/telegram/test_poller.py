"""The poller in a thread of the test: what it does about troubles of Telegram, of the database and of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from integrations.models import InboundMessage, OutboxMessage
from integrations.scope import CallScope
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import TokenRejected
from tests.fakes.bot_api import Answer, BotAPI, refusal
from tests.integration.tickets import desk
from tickets.errors import PollerRunning
from tickets.telegram.poller_lock import PollerLock
from tickets.telegram.polling import Poller

pytestmark = pytest.mark.django_db(transaction=True)


class Running:
    """A poller under way; `error` is what ended it."""

    def __init__(self, *, wait: bool = False) -> None:
        self.scope, self.stop = CallScope(), threading.Event()
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, args=[wait])
        self.thread.start()

    def _run(self, wait: bool) -> None:
        try:
            client = TelegramClient.connect(self.scope)
            Poller(client=client, stop=self.stop, wait=wait, first_pause=0.01).run()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def end(self) -> None:
        self.stop.set()
        self.scope.cancel.cancel()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def start(telegram: BotAPI) -> Iterator[Callable[..., Running]]:
    pollers: list[Running] = []

    def start(**options: Any) -> Running:
        pollers.append(Running(**options))
        return pollers[-1]

    yield start
    for poller in pollers:
        poller.end()


def confirmed(telegram: BotAPI, update_id: int) -> Callable[[], bool]:
    return lambda: any(int(poll.get("offset", 0)) > update_id for poll in telegram.polls)


def noted() -> list[str]:
    return list(InboundMessage.objects.order_by("id").values_list("external_id", flat=True))


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(502, "Bad Gateway"),
        Answer(502, page=b"<html>gateway</html>"),
        Answer(200, page=b"<html>log in</html>"),
        refusal(429, "Too Many Requests: retry after 1", retry_after=1),
        refusal(409, "Conflict: terminated by other getUpdates request"),
    ],
)
def test_polling_goes_on_after_trouble(telegram: BotAPI, start: Callable[..., Running], trouble: Answer) -> None:
    """S4-17: neither a fault of Telegram nor another poller for a while ends the bot."""
    telegram.plan("getUpdates", trouble)
    update = telegram.write(5)
    start()
    telegram.wait_until(confirmed(telegram, update))
    assert noted() == [f"7654321:{update}"]


def test_a_conflict_is_explained_in_the_log(
    telegram: BotAPI, start: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    telegram.plan("getUpdates", refusal(409, "Conflict: can't use getUpdates method while webhook is active"))
    update = telegram.write(5)
    start()
    telegram.wait_until(confirmed(telegram, update))
    assert "webhook is active" in caplog.text
    assert "deleteWebhook" in caplog.text


def test_a_token_that_was_withdrawn_ends_the_bot(telegram: BotAPI, start: Callable[..., Running]) -> None:
    telegram.plan("getUpdates", refusal(401, "Unauthorized"))
    poller = start()
    poller.thread.join(30)
    assert isinstance(poller.error, TokenRejected)


def test_a_defect_costs_one_update_and_not_those_behind_it(
    telegram: BotAPI, start: Callable[..., Running], settings: Any
) -> None:
    settings.OUTBOX_HANDLERS = {}  # nobody can be answered
    telegram.write(5)
    in_a_group = telegram.write(5, chat=-100)
    start()
    telegram.wait_until(confirmed(telegram, in_a_group))
    assert noted() == [f"7654321:{in_a_group}"]


def test_who_has_written_what_met_a_defect_is_told(
    telegram: BotAPI, start: Callable[..., Running], settings: Any
) -> None:
    """Words that are handled no more do not disappear without a word."""
    category = desk.category()
    desk.ticket(category, desk.somebody("Анна", telegram_id=5))
    desk.forget_messages()
    settings.OUTBOX_HANDLERS = {"telegram.send": settings.OUTBOX_HANDLERS["telegram.send"]}
    asked = telegram.acts.write(5, "/my")  # its cards have nobody who brings them
    start()
    telegram.wait_until(confirmed(telegram, asked))
    told = OutboxMessage.objects.get()
    assert told.payload == {"chatId": 5, "text": "Не получилось, попробуйте ещё раз"}


def test_the_lock_lost_with_its_connection_is_taken_again(telegram: BotAPI, start: Callable[..., Running]) -> None:
    """S4-17: a restart of the database does not end the bot, and nothing is lost by it."""
    start()
    telegram.wait_until(lambda: telegram.polls)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    update = telegram.write(5)
    telegram.wait_until(confirmed(telegram, update))
    assert noted() == [f"7654321:{update}"]
    another = PollerLock()
    assert not another.take()
    another.release()


def test_a_poller_whose_lock_went_to_another_gives_up(telegram: BotAPI, start: Callable[..., Running]) -> None:
    poller = start()
    telegram.wait_until(lambda: telegram.polls)
    with psycopg.connect(**_parameters()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        other.execute("SELECT pg_advisory_lock(hashtextextended('naryad.telegram_polling', 0))")
        telegram.write(5)
        poller.thread.join(30)
    assert isinstance(poller.error, PollerRunning)


def _parameters() -> dict[str, Any]:
    wanted = ("dbname", "user", "password", "host", "port")
    return {name: value for name, value in connection.get_connection_params().items() if name in wanted}
