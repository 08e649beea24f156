"""One ticket, many hands: whoever presses at the same time, each thing happens once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from accounts.models import User
from integrations.models import OutboxMessage
from tests.integration.tickets import desk
from tests.races.stage import hold
from tickets.errors import AlreadyDone, AlreadyTaken, AlreadyYours, LimitReached, Refusal, StaleTicket, WrongState
from tickets.lifecycle import Status, Verb
from tickets.models import CategoryExecutor, Ticket, TicketEvent
from tickets.services import clockwork, creation, executors
from tickets.services.transitions import transition

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def at_once(acts: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each act gave back or raised; all begin together, as far as there are hands."""
    acts = list(acts)
    gate = threading.Barrier(min(HANDS, len(acts)))

    def run(number: int, act: Callable[[], Any]) -> Any:
        try:
            if number < gate.parties:
                gate.wait(timeout=30)
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=HANDS) as pool:
        return list(pool.map(run, range(len(acts)), acts))


def take(who: User, ticket: Ticket) -> Callable[[], Any]:
    return lambda: transition(actor=who, ticket_id=ticket.pk, verb=Verb.TAKE, source="telegram")


def test_of_five_hundred_presses_on_one_ticket_one_takes_it():
    """S4-20: one winner. R2-2: losers read who has it; each press is a line of the history."""
    category = desk.category()
    people = [desk.executor(category, f"Исполнитель {number}") for number in range(20)]
    ticket = desk.ticket(category)
    desk.forget_messages()
    outcomes = at_once(take(people[number % 20], ticket) for number in range(500))
    said = Counter(type(outcome) for outcome in outcomes)
    assert said[Ticket] == 1
    assert said[AlreadyTaken] + said[AlreadyYours] == 499
    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.version) == (2, 1)
    lines = TicketEvent.objects.filter(ticket=ticket, verb=Verb.TAKE)
    assert (lines.filter(refused="").count(), lines.count()) == (1, 500)
    assert desk.pings() == [(ticket.author_id, "taken")]


def test_a_limit_holds_whatever_is_pressed_at_once():
    """S4-13: `max_tickets` is counted under the executor's lock."""
    category = desk.category()
    ivan = desk.executor(category, max_tickets=3)
    tickets = [desk.ticket(category) for _number in range(24)]
    outcomes = at_once(take(ivan, ticket) for ticket in tickets)
    assert Counter(type(outcome) for outcome in outcomes) == {Ticket: 3, LimitReached: 21}
    assert Ticket.objects.filter(executor=ivan, status_id=Status.IN_WORK).count() == 3


def test_a_double_press_does_it_once():
    """S4-20: idempotent."""
    category = desk.category()
    ivan = desk.executor(category)
    ticket = desk.do(desk.ticket(category), Verb.TAKE, ivan)
    press = lambda: transition(actor=ivan, ticket_id=ticket.pk, verb=Verb.SUBMIT, version=1)  # noqa: E731
    outcomes = at_once([press] * 6)
    assert Counter(type(outcome) for outcome in outcomes) == {Ticket: 1, AlreadyDone: 5}


def test_confirming_and_returning_at_once_leaves_one_of_both():
    category = desk.category()
    ivan = desk.executor(category)
    ticket = desk.in_confirmation(category, ivan)
    author = ticket.author

    def press(verb: Verb) -> Callable[[], Any]:
        return lambda: transition(actor=author, ticket_id=ticket.pk, verb=verb, version=2)

    outcomes = at_once([press(Verb.CONFIRM), press(Verb.RETURN)] * 3)
    assert sum(isinstance(outcome, Ticket) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Ticket | StaleTicket | WrongState | AlreadyDone) for outcome in outcomes)
    ticket.refresh_from_db()
    assert (ticket.version, ticket.status_id in (2, 5)) == (3, True)


def test_who_is_switched_off_while_taking_keeps_nothing():
    """S4-12: an executor who is not active holds no ticket, whichever came first."""
    category = desk.category()
    ivan = desk.executor(category)
    tickets = [desk.ticket(category) for _number in range(6)]
    seat = CategoryExecutor.objects.get(user=ivan)
    at_once([*(take(ivan, ticket) for ticket in tickets), lambda: executors.change(seat=seat, is_active=False)])
    clockwork.take_from_the_gone()
    assert not Ticket.objects.filter(executor=ivan).exists()
    assert Ticket.objects.filter(status_id=Status.CREATED).count() == 6


def test_managers_hear_of_what_was_taken_back_before_the_ticker_lost_its_database():
    """T13: they are told with the first ticket, once; what could not be taken back then is, and is told of, later."""
    category = desk.category()
    ivan, boss = desk.executor(category), desk.somebody(role="operator")
    first, second = [take(ivan, desk.ticket(category))() for _one in range(2)]
    User.objects.filter(pk=ivan.pk).update(is_active=False)
    desk.forget_messages()
    with hold(second), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(OperationalError):
            clockwork.take_from_the_gone()
    assert desk.pings().count((boss.pk, "executor_off")) == 1
    assert clockwork.take_from_the_gone() == 1
    assert desk.pings().count((boss.pk, "executor_off")) == 2
    assert {Ticket.objects.get(pk=ticket.pk).state for ticket in (first, second)} == {Status.CREATED}


def test_two_tickers_wake_a_ticket_once():
    category = desk.category()
    ivan = desk.executor(category)
    ticket = desk.do(desk.ticket(category), Verb.TAKE, ivan)
    desk.do(ticket, Verb.DEFER, ivan, term="hour")
    ticket.timers.update(due_at=ticket.created_at)
    desk.forget_messages()
    at_once([clockwork.move_time] * 4)
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.RESUME).count() == 1
    assert desk.pings() == [(ivan.pk, "woken"), (ticket.author_id, "resumed")]


def test_one_key_opens_one_ticket_however_often_it_is_said_at_once():
    category, author = desk.category(), desk.somebody()
    desk.executor(category)

    def opened() -> Ticket:
        return creation.create(author=author, category_id=category.pk, description="Раз", key="telegram:1:7")

    outcomes = at_once([opened] * 6)
    assert len({outcome.pk for outcome in outcomes}) == Ticket.objects.count() == 1
    assert OutboxMessage.objects.filter(topic="telegram.card").count() == 2
