"""Fetches the bot's updates one batch after the other, as long as this process is the one that may."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from integrations.errors import Cancelled, OutboundError, RateLimited
from integrations.telegram.bots import Bot
from integrations.telegram.client import MAX_UPDATES, TelegramClient
from integrations.telegram.errors import TokenRejected, UpdatesTaken
from integrations.telegram.schemas import read_update
from tickets.errors import PollerRunning
from tickets.telegram import handler, menu
from tickets.telegram.batch import Batch
from tickets.telegram.crew import Crew
from tickets.telegram.poller_lock import PollerLock
from tickets.telegram.reply import Reply
from tickets.telegram.saying import say

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STANDBY_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


class Poller:
    """Runs until `stop` is set; whoever sets it also cancels the scope of `client`.

    Telegram is told that updates are done with the next request for more, and until then gives them again: what this
    process did before it was killed is recognised by the inbox, what it did not do is done by the next one.
    `first_pause` are the seconds of rest after a failure; each further one in a row doubles them.
    """

    def __init__(
        self,
        *,
        client: TelegramClient,
        stop: threading.Event,
        wait: bool = False,
        first_pause: float = FIRST_PAUSE_SECONDS,
        bot: Bot = Bot.DESK,
    ) -> None:
        self._client = client
        self._stop = stop
        self._wait = wait
        self._first_pause = first_pause
        self._bot = bot
        self._lock = PollerLock(bot)
        self._crew = Crew()
        self._leading = False
        self._handled: int | None = None
        self._failures = 0

    def run(self) -> None:
        """Raises `TokenRejected`, and `PollerRunning` unless it was told to wait for its turn."""
        try:
            while not self._stop.is_set():
                self._stop.wait(self._round())
        finally:
            self._crew.rest()
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
            self._take_all(updates)
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
            self._introduce()
        elif not leading and self._leading:
            log.warning("telegram_polling_lost_to_another")
        self._leading = leading
        return leading

    def _introduce(self) -> None:
        """Say who is listening, and offer the menu; a server that knows no menu is no reason not to listen."""
        log.info("telegram_polling", bot=self._client.name(), talks_to=self._bot.value)
        if self._bot is not Bot.DESK:  # clients have no commands
            return
        try:
            menu.publish(self._client)
        except Cancelled:
            raise
        except OutboundError as error:
            log.warning("telegram_menu_not_published", error=error.code)

    def _take_all(self, updates: Sequence[dict[str, Any]]) -> None:
        batch = Batch(updates, stop=self._stop)
        more = False
        try:
            batch.run(self._take, self._answer, self._crew)
            more = len(updates) == MAX_UPDATES
        finally:
            self._handled = batch.handled
            if not more:  # and after a failure nobody's connection is trusted
                self._crew.rest()

    def _take(self, update: dict[str, Any]) -> Reply | None:
        """Handle an update. A defect costs this one, not all that follow; the database's absence costs none."""
        try:
            return handler.handle(update, bot_id=self._client.bot_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("telegram_update_failed", update=update["update_id"])
            if self._bot is Bot.DESK:
                _apologise_for_words(update)
            return _apology(update)

    def _answer(self, reply: Reply) -> None:
        """Answer a press. Where that fails, the person looks at the card, which the outbox brings."""
        try:
            self._client.answer_press(press_id=reply.press_id, text=reply.text, alert=reply.alert)
        except Cancelled:
            raise
        except OutboundError as error:
            log.warning("telegram_press_not_answered", error=error.code)

    def _rest_after(self, error: OutboundError) -> float:
        if isinstance(error, RateLimited):
            log.warning("telegram_limits_polling", retry_after=error.retry_after)
            return error.retry_after or self._first_pause
        if isinstance(error, UpdatesTaken):
            advice = "stop the other installation that uses this token, or delete its webhook (deleteWebhook)"
            return self._rest("telegram_updates_taken", detail=error.details["detail"], advice=advice)
        return self._rest("telegram_away", error=error.code)

    def _rest(self, event: str, **facts: Any) -> float:
        """Each failure in a row doubles the rest."""
        pause = min(self._first_pause * 2 ** min(self._failures, 10), LONGEST_PAUSE_SECONDS)
        self._failures += 1
        log.warning(event, rest_seconds=pause, failures=self._failures, **facts)
        return pause


def _apologise_for_words(update: dict[str, Any]) -> None:
    """What somebody has written must not disappear without a word: they may write it again."""
    said = read_update(update)
    message = said.message if said is not None else None
    if message is None or message.chat.type != handler.PRIVATE:
        return
    try:
        with transaction.atomic():
            say(message.chat.id, escape(_("Не получилось, попробуйте ещё раз")), key=f"failed:{update['update_id']}")
    except DomainError:  # the defect is in the way of this, too
        log.warning("telegram_update_unanswered", update=update["update_id"])


def _apology(update: dict[str, Any]) -> Reply | None:
    """What is told about a press that a defect of ours met."""
    query = update.get("callback_query")
    if not isinstance(query, dict) or not isinstance(query.get("id"), str):
        return None
    return Reply(query["id"], _("Не получилось, попробуйте ещё раз"), alert=True)
