"""What the emulator remembers: people, chats with their messages, files, and the bot's calls. Nothing outlives it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from integrations.telegram.emulator.identity import BOT_TITLE
from integrations.telegram.emulator.refusals import Refusal, bad

PRESS_SECONDS: Final = 150.0
"""How long a press waits for the bot, and its answer for the person."""
KEPT_CALLS: Final = 5_000


@dataclass
class Person:
    """Somebody with a Telegram account. `started` says that they have opened the chat with the bot."""

    id: int
    first_name: str
    last_name: str = ""
    language_code: str = "ru"
    username: str = ""
    phone: str = ""
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    toasts: list[dict[str, Any]] = field(default_factory=list)

    def as_user(self) -> dict[str, Any]:
        named = {"last_name": self.last_name, "username": self.username}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
            **{name: value for name, value in named.items() if value},
        }


@dataclass
class Message:
    """`content` is what the Bot API shows besides ids, chat and keyboard: text, photo, contact and so on."""

    id: int
    chat: int
    sender: dict[str, Any]
    date: int
    content: dict[str, Any]
    keyboard: dict[str, Any] | None = None
    asks_reply: dict[str, Any] | None = None
    reply_to: int | None = None
    edits: int = 0

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [button for row in (self.keyboard or {}).get("inline_keyboard", []) for button in row]


@dataclass(frozen=True)
class Press:
    """A button that was pressed, until the bot answers."""

    id: str
    person: int
    at: float


@dataclass(frozen=True)
class Call:
    """One request of the bot: what it asked and the status that it got."""

    method: str
    values: dict[str, Any]
    status: int
    at: float


class World:
    """Everything below is read and written under `changed`, which is notified of every change."""

    def __init__(self, *, token: str, bot_name: str, clock: Callable[[], float] = time.time) -> None:
        self.token = token
        self.bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": BOT_TITLE,
            "username": bot_name,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.revision = 0
        self.reset()

    def reset(self) -> None:
        """A bot that nobody has talked to."""
        with self.changed:
            self.people: dict[int, Person] = {}
            self.groups: dict[int, str] = {}
            self.chats: dict[int, dict[int, Message]] = {}
            self.presses: dict[str, Press] = {}
            self.files: dict[str, tuple[str, bytes]] = {}
            self.commands: list[dict[str, Any]] = []
            self.calls: list[Call] = []
            # As with Telegram a number never comes again: who keeps numbers may outlive this world.
            self._ids = itertools.count(max(int(self.clock()), 1))
            self.touch()

    def touch(self) -> None:
        self.revision += 1
        self.changed.notify_all()

    def wait_until(self, condition: Callable[[], Any], timeout: float = 30.0) -> bool:
        """Whether the condition on this world comes true in `timeout` seconds."""
        with self.changed:
            return bool(self.changed.wait_for(condition, timeout=timeout))

    def note_call(self, method: str, values: dict[str, Any], status: int) -> None:
        with self.changed:
            self.calls.append(Call(method, values, status, self.clock()))
            del self.calls[:-KEPT_CALLS]
            self.touch()

    # --- people and chats ---------------------------------------------------------------------------------------------

    def add_person(self, person: Person) -> Person:
        with self.changed:
            self.people[person.id] = person
            self.touch()
        return person

    def chat(self, chat: int) -> dict[str, Any]:
        """The chat as the Bot API shows it."""
        if chat in self.groups:
            return {"id": chat, "type": "supergroup", "title": self.groups[chat]}
        person = self.people[chat]
        named = {"username": person.username} if person.username else {}
        return {"id": chat, "type": "private", "first_name": person.first_name, **named}

    def require_reachable(self, chat: int) -> None:
        """Raise the `Refusal` with which Telegram answers a message to this chat, if it does."""
        if chat in self.groups:
            return
        person = self.people.get(chat)
        if person is None:
            raise bad("chat not found")
        if person.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if person.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not person.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")

    # --- messages -----------------------------------------------------------------------------------------------------

    def add_message(self, chat: int, sender: dict[str, Any], content: dict[str, Any], **fields: Any) -> Message:
        with self.changed:
            message = Message(next(self._ids), chat, sender, int(self.clock()), content, **fields)
            self.chats.setdefault(chat, {})[message.id] = message
            self.touch()
        return message

    def find(self, chat: int, message_id: int) -> Message | None:
        return self.chats.get(chat, {}).get(message_id)

    def show(self, message: Message) -> dict[str, Any]:
        """The message as the Bot API gives it."""
        shown = {
            "message_id": message.id,
            "from": message.sender,
            "chat": self.chat(message.chat),
            "date": message.date,
            **message.content,
        }
        if message.edits:
            shown["edit_date"] = int(self.clock())
        if message.keyboard:
            shown["reply_markup"] = message.keyboard
        original = message.reply_to and self.find(message.chat, message.reply_to)
        if original:
            shown["reply_to_message"] = {**self.show(original), "reply_to_message": None}
            del shown["reply_to_message"]["reply_to_message"]
        return shown

    def new_press(self, person: int) -> Press:
        with self.changed:
            press = Press(str(4_000_000_000 + next(self._ids)), person, self.clock())
            self.presses[press.id] = press
            return press

    def keep_file(self, name: str, content: bytes) -> str:
        """Keep a file; returns its `file_id`."""
        with self.changed:
            file_id = f"file-{next(self._ids)}"
            self.files[file_id] = (name, content)
            return file_id
