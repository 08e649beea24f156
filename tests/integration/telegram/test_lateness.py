"""Who presses «Взять в работу» too late is refused in one glance: with the same words as by the way with locks."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from accounts import services as accounts
from accounts.models import ServiceAccount, User
from integrations.models import OutboxMessage
from integrations.telegram.schemas import CallbackQuery
from tests.integration.telegram.desk import IVAN, MARIA, STRANGER, Desk, person
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, Ticket, TicketEvent
from tickets.services import transitions
from tickets.services.locking import lock
from tickets.services.press import Press, refusal_of
from tickets.telegram import presses
from tickets.telegram.buttons import written

pytestmark = pytest.mark.django_db


def query(ticket: Ticket, who: int) -> CallbackQuery:
    sender = {"id": who, "first_name": "Некто", "language_code": "ru"}
    return CallbackQuery.model_validate({"id": "1", "from": sender, "data": f"t:take:{written(ticket.pk)}:0"})


def taken(desk: Desk) -> Ticket:
    ticket = desk.open()
    transitions.transition(actor=desk.ivan, ticket_id=ticket.pk, verb=Verb.TAKE)
    desk.settle()
    return ticket


def with_a_seat_switched_off(desk: Desk) -> int:
    CategoryExecutor.objects.filter(user=desk.maria).update(is_active=False)
    return MARIA


def with_no_seat(desk: Desk) -> int:
    person("oleg", "Олег", 105)
    return 105


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (lambda desk: MARIA, "Заявку уже взял(а): Иван, "),
        (lambda desk: IVAN, "Вы уже взяли эту заявку"),
        (with_a_seat_switched_off, "У вас нет прав на эту заявку"),
        (with_no_seat, "У вас нет прав на эту заявку"),
    ],
)
def test_who_comes_late_hears_the_same_as_under_the_locks(desk: Desk, who: Callable[[Desk], int], words: str) -> None:
    """S4-20: whichever way a press is refused, the person hears the same; the history has a line of it."""
    ticket, number = taken(desk), who(desk)
    reply = presses.refuse_if_late(query(ticket, number))
    someone = User.objects.get(telegram_id=number)
    under_locks = refusal_of(Press(someone, Verb.TAKE, version=0), lock(ticket.pk, someone.pk))
    assert reply is not None
    assert under_locks is not None
    assert reply.text == str(under_locks.message)
    assert reply.alert != under_locks.toast
    assert reply.text.startswith(words)
    line = TicketEvent.objects.exclude(refused="").get()
    assert (line.verb, line.actor, line.version, line.refused) == ("take", someone, 1, under_locks.code)
    assert (line.from_status_id, line.to_status_id, line.source, line.details) == (2, 2, "telegram", {})


@pytest.mark.django_db(transaction=True)
def test_a_late_press_waits_for_nobody(desk: Desk) -> None:
    """S4-20: whoever has the ticket locked, who is late hears so at once."""
    ticket = taken(desk)
    parameters = {name: connection.get_connection_params()[name] for name in ("dbname", "user", "host")}
    with connection.cursor() as cursor, psycopg.connect(**parameters) as another:
        another.execute("SELECT FROM tickets WHERE id = %s FOR NO KEY UPDATE", [ticket.pk])
        cursor.execute("SET lock_timeout = '1s'")
        reply = presses.refuse_if_late(query(ticket, MARIA))
        cursor.execute("RESET lock_timeout")
    assert reply is not None
    assert reply.text.startswith("Заявку уже взял(а): Иван")


def test_the_card_of_who_is_late_is_brought_up_to_date(desk: Desk) -> None:
    ticket = taken(desk)
    before = OutboxMessage.objects.filter(topic="telegram.card").count()
    presses.refuse_if_late(query(ticket, MARIA))
    assert OutboxMessage.objects.filter(topic="telegram.card").count() == before + 1


def test_strangers_and_who_may_not_speak_to_the_bot_go_the_usual_way(desk: Desk) -> None:
    """S4-16: they are told that nobody knows them, which the quick way does not."""
    ticket = taken(desk)
    assert presses.refuse_if_late(query(ticket, STRANGER)) is None
    User.objects.filter(pk=desk.maria.pk).update(is_active=False)
    assert presses.refuse_if_late(query(ticket, MARIA)) is None
    programme = person("robot", "Робот", 106)
    ServiceAccount.objects.create(
        user=programme, name="robot", project=accounts.default_project(), expires_at="2100-01-01T00:00Z"
    )
    assert presses.refuse_if_late(query(ticket, 106)) is None


def test_a_free_ticket_is_decided_under_its_lock(desk: Desk) -> None:
    assert presses.refuse_if_late(query(desk.open(), MARIA)) is None


def test_who_is_late_hears_it_in_their_language(desk: Desk) -> None:
    """R2-18: everything that is said is said in the language of who hears it."""
    ticket = taken(desk)
    User.objects.filter(pk=desk.maria.pk).update(language="en")
    reply = presses.refuse_if_late(query(ticket, MARIA))
    assert reply is not None
    assert reply.text.startswith("Already taken by Иван")
