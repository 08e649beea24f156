"""Speaks the Bot API. One method is one call; every failure is an `OutboundError` without the token in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlencode

from django.conf import settings

from integrations.errors import InvalidAnswer, OutboundError, RateLimited, ServerFault
from integrations.scope import CallScope
from integrations.telegram.bots import Bot
from integrations.telegram.errors import (
    Blocked,
    MessageGone,
    RequestRejected,
    TokenRejected,
    Unchanged,
    UpdatesTaken,
)
from integrations.telegram.line import ANSWER_SECONDS, FILE_SECONDS, Line, line

KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The updates that are asked for; Telegram drops the others."""
LONG_POLL_SECONDS: Final = 25
MAX_UPDATES: Final = 100

NO_PREVIEW: Final = {"is_disabled": True}
"""Links in messages lead to our own pages, which strangers cannot see."""
GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to delete not found",
)
NOBODY: Final = ("chat not found", "user not found", "peer_id_invalid", "have no rights to send a message")

ResultT = TypeVar("ResultT")


class TelegramClient:
    """`bot_id` is the bot's own Telegram id, which a token begins with."""

    def __init__(self, *, line: Line, bot_id: str, scope: CallScope) -> None:
        self._line = line
        self._scope = scope
        self.bot_id = bot_id

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """As the desk's bot. What every client of a step offers."""
        return cls.speaking_as(Bot.DESK, scope)

    @classmethod
    def speaking_as(cls, bot: Bot, scope: CallScope) -> Self:
        """With the bot's token and the installation's server; nothing is sent yet.

        Raises `TokenMissing`, `TokenRejected`.
        """
        token = bot.checked_token()
        connection = line(token, settings.TELEGRAM_API_BASE_URL, settings.TELEGRAM_API_FILE_BASE_URL)
        return cls(line=connection, bot_id=bot.id, scope=scope)

    def name(self) -> str:
        """The bot's user name, without the `@`."""
        found = self._ask("getMe", {})
        return str(found.get("username", "")) if isinstance(found, dict) else ""

    def send_message(
        self, *, chat_id: int, text: str, markup: dict[str, Any] | None = None, silent: bool = False
    ) -> int:
        """Send `text` (Telegram's HTML, at most 4096 characters); returns the message's id in the chat.

        `markup` is of `integrations.telegram.keyboard`.
        """
        values = {
            "chat_id": chat_id,
            "text": text,
            "parse_mode": "HTML",
            "reply_markup": markup,
            "disable_notification": silent or None,
            "link_preview_options": NO_PREVIEW,
        }
        sent = self._ask("sendMessage", values)
        if not isinstance(sent, dict) or type(sent.get("message_id")) is not int:
            raise InvalidAnswer
        return int(sent["message_id"])

    def edit_message(self, *, chat_id: int, message_id: int, text: str, markup: dict[str, Any]) -> None:
        """Give a message another form; one that it has already is fine. Raises `MessageGone`."""
        values = {
            "chat_id": chat_id,
            "message_id": message_id,
            "text": text,
            "parse_mode": "HTML",
            "reply_markup": markup,
            "link_preview_options": NO_PREVIEW,
        }
        with suppress(Unchanged):
            self._ask("editMessageText", values)

    def take_buttons_away(self, *, chat_id: int, message_id: int) -> None:
        """Leave a message without buttons, if it is still there."""
        with suppress(Unchanged, MessageGone):
            self._ask("editMessageReplyMarkup", {"chat_id": chat_id, "message_id": message_id})

    def send_file(self, *, chat_id: int, name: str, content: bytes, silent: bool = True) -> int:
        """Send a file (at most 50 MB); returns the message's id."""
        sent = self._run(
            self._line.bot.send_document(chat_id, content, filename=name, disable_notification=silent or None),
            seconds=FILE_SECONDS,
        )
        return sent.message_id

    def send_media(
        self, *, chat_id: int, file: Mapping[str, str], caption: str = "", markup: dict[str, Any] | None = None
    ) -> int:
        """Send a photo or a document with a caption (HTML, at most 1024 characters); returns the message's id.

        `file` is `{"kind", "url"}` or `{"kind", "name", "data"}` with base64, see `delivery.TOPIC`.
        """
        given: Any = file.get("url") or base64.b64decode(file["data"])
        options: dict[str, Any] = {
            "caption": caption or None,
            "parse_mode": "HTML",
            "filename": file.get("name"),
            "reply_markup": markup,
        }
        send = self._line.bot.send_photo if file["kind"] == "photo" else self._line.bot.send_document
        sent = self._run(send(chat_id, given, **options), seconds=FILE_SECONDS)
        return int(sent.message_id)

    def file(self, *, file_id: str) -> bytes:
        """The content of a file that was sent to the bot; Telegram gives at most 20 MB."""
        found = self._run(self._line.bot.get_file(file_id))
        return bytes(self._run(found.download_as_bytearray(), seconds=FILE_SECONDS))

    def answer_press(self, *, press_id: str, text: str = "", alert: bool = False) -> None:
        """Say (at most 200 characters) what has become of a press. Raises `RequestRejected` when it is too late."""
        values = {"callback_query_id": press_id, "text": text or None, "show_alert": alert or None}
        self._ask("answerCallbackQuery", values)

    def set_webhook(self, *, url: str, secret: str) -> None:
        """Have updates brought to `url`, with `secret` in a header of every delivery."""
        self._run(self._line.bot.set_webhook(url, secret_token=secret, allowed_updates=list(KINDS)))

    def delete_webhook(self) -> None:
        """Keep updates for polling from now on; those that wait are kept."""
        self._run(self._line.bot.delete_webhook())

    def set_commands(self, *, commands: Sequence[tuple[str, str]], language: str = "") -> None:
        """What the menu of the bot offers to people whose Telegram speaks `language` ("" for all others)."""
        self._run(self._line.bot.set_my_commands(commands, language_code=language or None))

    def updates(self, *, confirm: int | None) -> list[dict[str, Any]]:
        """Wait for updates and return them as they came, each a JSON object with an integer `update_id`.

        `confirm` is the id of the last one that was handled: it and all before it are forgotten by Telegram, all
        others come again. Raises `UpdatesTaken` when somebody else is served.
        """
        # Not `Bot.get_updates`: that loses the whole batch, and writes it into the log, when one update of it has a
        # shape which the library does not know.
        wishes: dict[str, Any] = {
            "timeout": LONG_POLL_SECONDS,
            "limit": MAX_UPDATES,
            "allowed_updates": json.dumps(KINDS),
        }
        if confirm is not None:
            wishes["offset"] = confirm + 1
        url = f"{self._line.bot.base_url}/getUpdates?{urlencode(wishes)}"
        answer: Any = self._run(self._line.bot.request.post(url), seconds=LONG_POLL_SECONDS + ANSWER_SECONDS)
        if not isinstance(answer, list) or not all(_is_update(update) for update in answer):
            raise InvalidAnswer
        return answer

    def _ask(self, method: str, values: dict[str, Any]) -> Any:
        """What a method answers, as it came: another server's answer need not have all that the library expects."""
        from telegram.request import RequestData
        from telegram.request._requestparameter import RequestParameter  # the library offers no other way in

        given = [RequestParameter.from_input(name, value) for name, value in values.items() if value is not None]
        url = f"{self._line.bot.base_url}/{method}"
        return self._run(self._line.bot.request.post(url, request_data=RequestData(given)))

    def _run(self, call: Coroutine[Any, Any, ResultT], *, seconds: float = ANSWER_SECONDS) -> ResultT:
        from telegram.error import TelegramError

        try:
            return self._line.run(call, self._scope, seconds=seconds)
        except TelegramError as error:
            raise _typed(error) from None  # the library's own words may hold the URL, and with it the token
        except (LookupError, TypeError, ValueError):  # JSON, but not what a Bot API answers
            raise InvalidAnswer from None


def _is_update(value: Any) -> bool:
    return isinstance(value, dict) and type(value.get("update_id")) is int


def _typed(error: Any) -> OutboundError:
    """What the library's error means. A body that is not the Bot API's JSON is its cause: a proxy's page."""
    from telegram import error as vendor

    if isinstance(error, vendor.RetryAfter):
        rest = error.retry_after
        return RateLimited(retry_after=rest.total_seconds() if isinstance(rest, timedelta) else float(rest))
    if isinstance(error.__cause__, OutboundError):  # the wire's own
        return error.__cause__
    if type(error) is vendor.NetworkError:
        return ServerFault()
    if isinstance(error.__cause__, vendor.TelegramError):
        return InvalidAnswer()
    detail = error.message
    match error:
        case vendor.InvalidToken():
            return TokenRejected()
        case vendor.Conflict():
            return UpdatesTaken(detail=detail)
        case vendor.Forbidden():
            return Blocked(detail=detail)
        case vendor.BadRequest():
            return _rejected(detail)
        case vendor.ChatMigrated():
            return RequestRejected(detail=detail)
        case _:
            return InvalidAnswer()


def _rejected(detail: str) -> OutboundError:
    """What a 400 means. The library changes the case of Telegram's words."""
    words = detail.lower()
    if "message is not modified" in words:
        return Unchanged(detail=detail)
    if any(part in words for part in GONE):
        return MessageGone(detail=detail)
    if any(part in words for part in NOBODY):
        return Blocked(detail=detail)
    return RequestRejected(detail=detail)
