"""`manage.py telegram_polling` as it is run: one at a time, killed at the worst moments, stopped in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.services import create_user
from integrations import inbox, relay
from integrations.models import InboundMessage, OutboxMessage
from tests.fakes.bot_api import BOT_ID, TOKEN, BotAPI
from tests.integration.realtime.live_server import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE_SECONDS = 120.0
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(telegram: BotAPI) -> Iterator[Start]:
    """Starts the command over the test database; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, token: str = TOKEN) -> subprocess.Popen[str]:
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "telegram_polling", *options],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database.geturl(),
                "REDIS_URL": settings.REDIS_URL,
                "TELEGRAM_BOT_TOKEN": token,
                "TELEGRAM_API_BASE_URL": telegram.url,
                "NARYAD_PROCESS": "bot",
                "NARYAD_ENV_FILE": os.devnull,
                "LOG_LEVEL": "debug",
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


def words(process: subprocess.Popen[str]) -> str:
    """All that the process wrote, when it has ended."""
    return process.communicate(timeout=PATIENCE_SECONDS)[1]


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)


def deliver() -> None:
    relay.deliver_due(queue="notifications")


def test_start_is_answered_to_a_stranger_and_to_a_linked_person(telegram: BotAPI, start: Start) -> None:
    """S4-14, S4-17: the bot by long polling, from the message to the answer; the token is in no line of its log."""
    create_user(username="anna", password=None, name="Анна", telegram_id=6, language="ru")
    process = start()
    telegram.write(5, language_code="ru")
    last = telegram.write(6)
    telegram.wait_until(lambda: any(poll.get("offset") == str(last + 1) for poll in telegram.polls))
    deliver()
    (to_stranger,), (to_anna,) = telegram.texts_to(5), telegram.texts_to(6)
    assert to_stranger.startswith("Пользователь не найден\n")
    assert "Telegram ID: 5" in to_stranger
    assert "Анна" in to_anna
    process.terminate()
    log = words(process)
    assert process.returncode == 0
    assert "telegram_polling" in log
    assert TOKEN.partition(":")[2] not in log


def test_a_poller_stops_in_the_middle_of_its_long_poll(telegram: BotAPI, start: Start) -> None:
    """S4-17: SIGTERM does not wait for Telegram."""
    process = start()
    telegram.updates.silent_on_confirmation = True  # from now on only a cut ends a poll
    telegram.write(5)
    telegram.wait_until(lambda: any("offset" in poll for poll in telegram.polls))
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0


def test_a_second_poller_says_that_there_is_one_and_ends(telegram: BotAPI, start: Start) -> None:
    """S4-17: one poller only."""
    first = start()
    telegram.wait_until(lambda: telegram.polls)
    second = start()
    assert "другой процесс telegram_polling" in words(second)
    assert second.returncode == 1
    assert first.poll() is None


def test_a_poller_that_waits_takes_over_from_one_that_is_killed(telegram: BotAPI, start: Start) -> None:
    """S4-17: the lock ends with its holder."""
    first = start()
    telegram.wait_until(lambda: telegram.polls)
    start("--wait")
    kill(first)
    telegram.write(5)
    until(lambda: OutboxMessage.objects.exists())


def test_a_poller_killed_before_it_confirmed_does_nothing_twice(telegram: BotAPI, start: Start) -> None:
    """S4-20: updates that were handled and come again change nothing."""
    telegram.updates.silent_on_confirmation = True
    for person in (5, 6, 7):
        last = telegram.write(person)
    first = start()
    telegram.wait_until(lambda: any("offset" in poll for poll in telegram.polls))
    kill(first)
    assert len(telegram.waiting) == 3
    telegram.updates.silent_on_confirmation = False
    already = len(telegram.polls)
    start()
    telegram.wait_until(lambda: any(poll.get("offset") == str(last + 1) for poll in telegram.polls[already:]))
    assert InboundMessage.objects.count() == OutboxMessage.objects.count() == 3
    deliver()
    assert [len(telegram.texts_to(person)) for person in (5, 6, 7)] == [1, 1, 1]


def test_a_poller_killed_inside_a_transaction_leaves_the_update_to_the_next(telegram: BotAPI, start: Start) -> None:
    """S4-20: half of an update is never kept."""
    with transaction.atomic():
        update = telegram.write(5)
        inbox.take_in(source="telegram", external_id=f"{BOT_ID}:{update}")  # makes the poller wait in its transaction
        first = start()
        until(_somebody_waits_for_us)
        kill(first)
        transaction.set_rollback(True)
    assert InboundMessage.objects.count() == 0
    start()
    telegram.wait_until(lambda: any(poll.get("offset") == str(update + 1) for poll in telegram.polls))
    deliver()
    assert len(telegram.texts_to(5)) == 1


@pytest.mark.parametrize(("token", "advice"), [("", "@BotFather"), ("1:withdrawn", "Telegram не принимает токен бота")])
def test_without_a_token_that_works_the_command_says_what_to_do(start: Start, token: str, advice: str) -> None:
    process = start(token=token)
    text = words(process)
    assert process.returncode == 1
    assert advice in text
    assert "TELEGRAM_BOT_TOKEN" in text


def _somebody_waits_for_us() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone()
