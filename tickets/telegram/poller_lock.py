"""One poller per bot: an advisory lock of PostgreSQL, which ends with its holder, however that ends."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

from integrations.telegram.bots import Bot

TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
NAME = "naryad.telegram_polling"


class PollerLock:
    """The lock lives on a connection of its own, since Django may close the one that handlers use at any time."""

    def __init__(self, bot: Bot = Bot.DESK) -> None:
        self._name = NAME if bot is Bot.DESK else f"{NAME}.{bot}"
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._held = False

    def take(self) -> bool:
        """Take the lock, or make sure of it; False while another process holds it. Raises `OperationalError`."""
        if self._held and self._connection.is_usable():  # a connection that broke has lost the lock without a word
            return True
        self._connection.close()
        with self._connection.cursor() as cursor:
            cursor.execute(TAKE, [self._name])
            self._held = bool(cursor.fetchone()[0])
        return self._held

    def release(self) -> None:
        self._connection.close()
        self._held = False
