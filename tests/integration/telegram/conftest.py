"""A Telegram of the tests' own, which the installation points at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as installation
from django.db import connection

from accounts import clock
from integrations.telegram import outages
from integrations.telegram.delivery import EVERYBODY
from tests.fakes.bot_api import TOKEN, BotAPI, running
from tests.integration.telegram.desk import Desk


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The library announces, at every 429, that a number will become a duration; the client takes both."""
    for item in items:
        if "integration/telegram" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore:.*`retry_after` will be of type:DeprecationWarning"))


@pytest.fixture(scope="session")
def telegram_server() -> Iterator[BotAPI]:
    with running() as api:
        yield api


@pytest.fixture
def lift_pause() -> Callable[[], None]:
    """Makes the bot forget that it was told to wait; Valkey's clock cannot be shifted."""

    def lift() -> None:
        with redis.Redis.from_url(installation.REDIS_URL) as client:
            client.delete(*client.scan_iter("naryad:limit:telegram*"), "notifications")

    return lift


@pytest.fixture
def telegram(telegram_server: BotAPI, settings: Any, lift_pause: Callable[[], None]) -> Iterator[BotAPI]:
    """A bot that nobody has talked to yet, and an installation that speaks as it."""
    telegram_server.reset()
    for person in (5, 6, 7):
        telegram_server.acts.person(person)
    settings.TELEGRAM_API_BASE_URL = f"{telegram_server.url}/bot"
    settings.TELEGRAM_API_FILE_BASE_URL = f"{telegram_server.url}/file/bot"
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    lift_pause()
    outages.over(EVERYBODY)
    yield telegram_server
    telegram_server.reset()


@pytest.fixture
def desk(telegram: BotAPI, lift_pause: Callable[[], None], db: None) -> Iterator[Desk]:
    """A service desk with an author and two executors, each of whom has a chat with the bot."""
    yield Desk(telegram, lift_pause)
    clock.shift(connection, 0)
