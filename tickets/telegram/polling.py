"""Fetches the bot's updates one batch after the other, as long as this process is the one that may."""

from __future__ import annotations

import threading
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from integrations.errors import Cancelled, OutboundError, RateLimited
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import TokenRejected, UpdatesTaken
from tickets.errors import PollerRunning
from tickets.telegram import handler
from tickets.telegram.poller_lock import PollerLock

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STANDBY_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


class Poller:
    """Runs until `stop` is set; whoever sets it also cancels the scope of `client`.

    Telegram is told that updates are done with the next request for more, and until then gives them again: what this
    process did before it was killed is recognised by the inbox, what it did not do is done by the next one.
    """

    def __init__(self, *, client: TelegramClient, stop: threading.Event, wait: bool = False) -> None:
        self._client = client
        self._stop = stop
        self._wait = wait
        self._lock = PollerLock()
        self._leading = False
        self._handled: int | None = None
        self._failures = 0

    def run(self) -> None:
        """Raises `TokenRejected`, and `PollerRunning` unless it was told to wait for its turn."""
        try:
            while not self._stop.is_set():
                self._stop.wait(self._round())
        finally:
            self._lock.release()
            connection.close()

    def _round(self) -> float:
        """One request and what it brings; returns the seconds to rest before the next."""
        close_old_connections()
        try:
            if not self._may_poll():
                return STANDBY_SECONDS
            updates = self._client.updates(confirm=self._handled)
            self._handled = None
            for update in updates:
                if self._stop.is_set():
                    break
                self._take(update)
        except Cancelled:
            return 0.0
        except (TokenRejected, PollerRunning):
            raise
        except OutboundError as error:
            return self._rest_after(error)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            return self._rest("telegram_database_away", error=type(error).__name__)
        self._failures = 0
        return 0.0

    def _may_poll(self) -> bool:
        leading = self._lock.take()
        if not leading and not self._wait:
            raise PollerRunning
        if leading and not self._leading:
            log.info("telegram_polling", bot=self._client.name())
        elif not leading and self._leading:
            log.warning("telegram_polling_lost_to_another")
        self._leading = leading
        return leading

    def _take(self, update: dict[str, Any]) -> None:
        """Handle an update. A defect costs this one, not all that follow; the database's absence costs none."""
        try:
            handler.handle(update, bot_id=self._client.bot_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("telegram_update_failed", update=update["update_id"])
        self._handled = update["update_id"]

    def _rest_after(self, error: OutboundError) -> float:
        if isinstance(error, RateLimited):
            log.warning("telegram_limits_polling", retry_after=error.retry_after)
            return error.retry_after or FIRST_PAUSE_SECONDS
        if isinstance(error, UpdatesTaken):
            advice = "stop the other installation that uses this token, or delete its webhook (deleteWebhook)"
            return self._rest("telegram_updates_taken", detail=error.details["detail"], advice=advice)
        return self._rest("telegram_away", error=error.code)

    def _rest(self, event: str, **facts: Any) -> float:
        """Each failure in a row doubles the rest."""
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(self._failures, 10), LONGEST_PAUSE_SECONDS)
        self._failures += 1
        log.warning(event, rest_seconds=pause, failures=self._failures, **facts)
        return pause
