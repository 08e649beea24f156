"""The Bot API emulator as tests use it: a bot on loopback, people who write to it, and what it sent them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.identity import BOT_NAME, TOKEN
from integrations.telegram.emulator.refusals import Answer, refusal
from integrations.telegram.emulator.server import Server
from integrations.telegram.emulator.world import Message

__all__ = ["BOT_ID", "NAME", "TOKEN", "Answer", "BotAPI", "refusal", "running"]

BOT_ID = TOKEN.partition(":")[0]
NAME = BOT_NAME
PATIENCE_SECONDS = 90.0


class BotAPI:
    """The server, with the short words of tests for what they do and look at."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.emulator: Emulator = server.emulator
        self.acts = self.emulator.acts
        self.updates = self.emulator.updates
        self.faults = self.emulator.faults
        self.plan = self.emulator.faults.plan

    @property
    def url(self) -> str:
        return self._server.url

    def reset(self) -> None:
        self.emulator.reset()

    def write(self, sender: int, text: str = "/start", *, chat: int | None = None, **sender_fields: Any) -> int:
        """A person writes to the bot, in private or in the group `chat`; returns the update's id."""
        self.acts.person(sender, **sender_fields)
        return self.acts.write(sender, text, group=chat)

    def happen(self, **content: Any) -> int:
        """An update of any kind; returns its id."""
        return self.updates.add("elsewhere", **content)

    def wait_until(self, condition: Callable[[], Any]) -> None:
        """Return when the condition on this server's state holds."""
        assert self.emulator.world.wait_until(condition, PATIENCE_SECONDS)

    def messages_to(self, chat: int) -> list[Message]:
        """What the bot has in this chat now, the oldest first."""
        return [message for message in self.emulator.world.chats.get(chat, {}).values() if message.from_bot]

    def texts_to(self, chat: int) -> list[str]:
        return [str(message.content.get("text", "")) for message in self.messages_to(chat)]

    def toasts_of(self, person: int) -> list[str]:
        """What presses of this person were answered."""
        return [str(toast["text"]) for toast in self.emulator.world.people[person].toasts]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The values of every message that was accepted."""
        return [call.values for call in self.emulator.calls_of("sendMessage") if call.status == 200]

    @property
    def polls(self) -> list[dict[str, Any]]:
        return self.updates.polls

    @property
    def waiting(self) -> list[dict[str, Any]]:
        return [update.content for update in self.updates.waiting]


@contextmanager
def running(**options: Any) -> Iterator[BotAPI]:
    """A Bot API on a free port of 127.0.0.1; `options` are those of `Emulator`."""
    with Server(Emulator(**options)) as server:
        yield BotAPI(server)
