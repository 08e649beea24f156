"""To whom a ticket is offered or given when some of its executors are not there, and until when it is put off."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import clock
from tests.integration.tickets import desk
from tests.integration.tickets.desk import do
from tickets.lifecycle import Verb
from tickets.models import Presence, TicketEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", ["away", "unreachable"])
def test_no_ticket_is_given_unasked_to_somebody_who_is_not_there(how: str):
    """T14: in their hands it would be stuck. Where nobody is there, managers are told."""
    category = desk.category(auto_assign_seconds=10)
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга", priority=-1)
    boss = desk.somebody(role="operator")
    gone = {"away_until": clock.read() + timedelta(days=30)} if how == "away" else {"reachable": False}
    Presence.objects.create(person=ivan, **gone)
    ticket = desk.ticket(category)
    with desk.later(11):
        ticket.refresh_from_db()
        assert ticket.executor == olga
    Presence.objects.create(person=olga, **gone)
    second = desk.ticket(category)
    desk.forget_messages()
    with desk.later(11):
        second.refresh_from_db()
        assert second.executor is None
        assert (boss.pk, "nobody_takes") in desk.pings()


def test_a_wave_that_reaches_nobody_is_passed_over():
    """R2-3: the next one is asked at once, and nobody is told that there is nobody."""
    category = desk.category(notify_mode="waves")
    first, second = desk.executor(category, priority=9), desk.executor(category, "Ольга", priority=1)
    desk.executor(category, "Пётр")
    Presence.objects.create(person=first, reachable=False)
    author = desk.somebody()
    desk.ticket(category, author)
    assert desk.cards(fresh=True) == {author.pk, second.pk}
    assert desk.pings() == []


def test_tomorrow_begins_at_nine_where_the_executor_is():
    """S4-4: round the clock there is no calendar whose morning it could be."""
    category = desk.category()
    ivan = desk.executor(category, time_zone="Asia/Vladivostok")
    ticket = desk.ticket(category)
    do(ticket, Verb.TAKE, ivan)
    do(ticket, Verb.DEFER, ivan)
    put_off = TicketEvent.objects.get(ticket=ticket, verb=Verb.DEFER)
    zone = ZoneInfo("Asia/Vladivostok")
    assert ticket.deferred_until is not None
    until = ticket.deferred_until.astimezone(zone)
    assert (until.hour, until.date()) == (9, put_off.at.astimezone(zone).date() + timedelta(days=1))
