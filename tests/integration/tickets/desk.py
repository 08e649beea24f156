"""A desk with its people, and what is looked at after they have done something."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts import clock
from accounts.models import User
from accounts.services import default_project
from integrations.models import Event, OutboxMessage
from tests.integration.runs import person
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, Ticket, TicketCategory, TicketStatus
from tickets.services import clockwork, creation
from tickets.services.transitions import transition

_numbers = itertools.count(1)


def category(**fields: Any) -> TicketCategory:
    """A category that takes tickets round the clock."""
    TicketStatus.fill("default")
    fields.setdefault("name", f"Категория {next(_numbers)}")
    return TicketCategory.objects.create(project=default_project(), **fields)


def somebody(name: str = "", *, role: str | None = None, **fields: Any) -> User:
    """A person with a Telegram account of their own."""
    number = next(_numbers)
    fields.setdefault("telegram_id", 700_000 + number)
    return person(role, name=name or f"Человек {number}", **fields)


def executor(of: TicketCategory, name: str = "Иван", **fields: Any) -> User:
    """Somebody who takes tickets of a category."""
    seat = {key: fields.pop(key) for key in ("priority", "max_tickets", "is_active") if key in fields}
    user = somebody(name, **fields)
    CategoryExecutor.objects.create(user=user, ticket_category=of, **seat)
    return user


def ticket(of: TicketCategory, author: User | None = None, **fields: Any) -> Ticket:
    fields.setdefault("description", "Не печатает принтер")
    return creation.create(author=author or somebody("Автор"), category_id=of.pk, **fields)


def do(what: Ticket, verb: Verb | str, actor: User | None, **said: Any) -> Ticket:
    """Press a button of today; the ticket at hand is brought up to date."""
    transition(actor=actor, ticket_id=what.pk, verb=verb, **said)
    what.refresh_from_db()
    return what


def in_confirmation(of: TicketCategory, by: User, author: User | None = None) -> Ticket:
    """A ticket that waits for its author's word."""
    fresh = ticket(of, author)
    do(fresh, Verb.TAKE, by)
    return do(fresh, Verb.SUBMIT, by)


def forget_messages() -> None:
    OutboxMessage.objects.all().delete()


def pings() -> list[tuple[int, str]]:
    """Messages that are on their way: to whom, of which kind, in the order of writing."""
    rows = OutboxMessage.objects.filter(topic="telegram.ping").order_by("id")
    return [(row.payload["person"], row.payload["kind"]) for row in rows]


def cards(*, fresh: bool) -> set[int]:
    """Whose card is brought up to date; `fresh`: in a new message."""
    rows = OutboxMessage.objects.filter(topic="telegram.card", payload__fresh=fresh)
    return {row.payload["person"] for row in rows}


def events(of: Ticket) -> list[str]:
    """What workflows have heard of a ticket, in order."""
    return list(Event.objects.filter(subject=str(of.pk)).order_by("at", "id").values_list("name", flat=True))


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """Everything inside happens so much later, by the database's clock; what is due then is done first."""
    clock.shift(connection, seconds)
    try:
        clockwork.move_time()
        yield
    finally:
        clock.shift(connection, 0)
