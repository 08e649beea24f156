"""The desk and its bot in the test's own process: updates are handled and messages delivered when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts import clock
from accounts.models import User
from accounts.services import create_user, default_project
from integrations import relay
from integrations.models import OutboxMessage
from integrations.telegram.emulator.world import Message
from tests.fakes.bot_api import BOT_ID, TOKEN, BotAPI
from tickets.models import CategoryExecutor, Ticket, TicketCategory
from tickets.services import creation
from tickets.telegram import handler

AUTHOR, IVAN, MARIA, STRANGER = 101, 102, 103, 199


@dataclass
class Desk:
    """An author, a category, and two executors of it. `lift` makes the shared limiter forget."""

    telegram: BotAPI
    lift: Callable[[], None]
    moved: float = 0.0
    handled: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in (AUTHOR, IVAN, MARIA, STRANGER):
            self.telegram.acts.person(number, {AUTHOR: "Анна", IVAN: "Иван", MARIA: "Мария"}.get(number, "Некто"))
        self.author = person("anna", "Анна", AUTHOR)
        self.ivan = person("ivan", "Иван", IVAN)
        self.maria = person("maria", "Мария", MARIA)
        self.category = TicketCategory.objects.create(project=default_project(), name="Ремонт")
        for user in (self.ivan, self.maria):
            self.add_executor(user)

    def add_executor(self, user: User, **fields: Any) -> CategoryExecutor:
        return CategoryExecutor.objects.create(user=user, ticket_category=self.category, is_active=True, **fields)

    def open(self, text: str = "Сломался принтер", **fields: Any) -> Ticket:
        """A ticket of the author, and everybody told of it."""
        ticket = creation.create(author=self.author, category_id=self.category.pk, description=text, **fields)
        self.settle()
        return ticket

    def settle(self) -> None:
        """Handle every update that waits and deliver every message that is due, until there is neither."""
        for _round in range(40):
            self._handle_waiting()
            self.lift()
            self.moved += 2.0
            clock.shift(connection, self.moved)
            relay.deliver_due(queue="notifications")
            open_rows = OutboxMessage.objects.filter(queue="notifications", state__in=["waiting", "sending"])
            if not self.telegram.waiting and not open_rows.exists():
                return
        raise AssertionError("messages are still waiting")

    def _handle_waiting(self) -> None:
        for update in list(self.telegram.waiting):
            reply = handler.handle(update, bot_id=BOT_ID)
            self.handled.append(update["update_id"])
            if reply is not None:
                values = reply.as_webhook()
                self.telegram.emulator.answer(TOKEN, values.pop("method"), values, {})
        self.telegram.updates.waiting = []

    def press(self, who: int, button: str, **options: Any) -> str:
        """Press a button; returns what the person is told."""
        self.telegram.acts.press(who, button, **options)
        self.settle()
        return self.telegram.toasts_of(who)[-1]

    def say(self, who: int, text: str, **options: Any) -> None:
        self.telegram.acts.write(who, text, **options)
        self.settle()

    def card(self, who: int, ticket: Ticket) -> Message:
        """The person's newest message with that ticket's number in its first line."""
        mine = [one for one in self.telegram.messages_to(who) if f"№{ticket.number}" in first_line(one)]
        return mine[-1]

    def buttons(self, who: int) -> list[str]:
        """The buttons of the newest message that has any."""
        with_buttons = [one for one in self.telegram.messages_to(who) if one.buttons]
        return [button["text"] for button in with_buttons[-1].buttons] if with_buttons else []

    def texts(self, who: int) -> list[str]:
        return self.telegram.texts_to(who)


def person(login: str, name: str, telegram_id: int | None) -> User:
    return create_user(username=login, password=None, name=name, telegram_id=telegram_id, language="ru")


def first_line(message: Message) -> str:
    return str(message.content.get("text", "")).partition("\n")[0]
