"""An installation with two bots, both on one server of the Bot API, and what clients write to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings as installation

from integrations import relay
from integrations.telegram.bots import Bot
from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.server import Server
from tests.fakes.bot_api import TOKEN, BotAPI
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver
from tickets.telegram import handler

CLIENTS_TOKEN = "8000001:AAF-emulated_bot_for_clients_0123456789"
SECRET = "s3cret-of-the-clients"
Bots = dict[Bot, BotAPI]


@contextmanager
def running(settings: Any) -> Iterator[Bots]:
    """Both bots, that nobody has talked to yet."""
    desk, clients = Emulator(), Emulator(token=CLIENTS_TOKEN, bot_name="naryad_clients_bot")
    with Server(desk, clients) as server:
        settings.TELEGRAM_API_BASE_URL = f"{server.url}/bot"
        settings.TELEGRAM_API_FILE_BASE_URL = f"{server.url}/file/bot"
        settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_CLIENT_BOT_TOKEN = TOKEN, CLIENTS_TOKEN
        settings.TELEGRAM_CLIENT_WEBHOOK_SECRET = SECRET
        lift_pauses()
        found = {Bot.DESK: BotAPI(server), Bot.CLIENTS: BotAPI(server)}
        found[Bot.CLIENTS].emulator, found[Bot.CLIENTS].acts = clients, clients.acts
        found[Bot.CLIENTS].updates = clients.updates
        yield found


def lift_pauses() -> None:
    """Let the bots forget that a chat has had its turn."""
    with redis.Redis.from_url(installation.REDIS_URL) as valkey:
        valkey.delete(*valkey.scan_iter("naryad:limit:telegram*"), "none")


def bring(bots: Bots, bot: Bot) -> None:
    """What people have written to the bot comes in, as its poller brings it; and what follows is done."""
    api = bots[bot]
    for update in api.waiting:
        handler.handle(update, bot_id=bot.id)
    api.updates.waiting.clear()
    deliver()
    driving.drain()


def send() -> None:
    """What workflows have written goes out, and is told of."""
    lift_pauses()
    relay.deliver_due(queue="notifications")
    deliver()
    driving.drain()
