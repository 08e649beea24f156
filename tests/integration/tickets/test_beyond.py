"""What the desk does besides the seed's cycle: the clock, managers, executors who leave, ratings, links."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.errors import TelegramTaken
from accounts.models import User
from integrations.models import Event
from tests.integration.tickets import desk
from tests.integration.tickets.desk import do
from tickets import errors
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, Presence, TicketEvent, TicketNote
from tickets.services import attachments, clockwork, executors, linking, presence, talk
from tickets.services.attachments import NewFile

pytestmark = pytest.mark.django_db


def test_an_author_who_does_not_answer_is_reminded_twice_and_then_the_work_counts_as_confirmed():
    """S4-7, T8: auto-confirmation with reminders; terms can be seconds."""
    category = desk.category(auto_confirm_seconds=30)
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.in_confirmation(category, ivan, author)
    desk.forget_messages()
    with desk.later(11):
        assert desk.pings() == [(author.pk, "confirm_reminder")]
    with desk.later(31):
        ticket.refresh_from_db()
        assert (ticket.status_id, ticket.auto_confirmed) == (5, True)
    assert desk.pings()[2:] == [(ivan.pk, "auto_confirmed"), (author.pk, "auto_confirmed")]


def test_a_ticket_nobody_takes_is_offered_again_told_to_managers_and_given_to_the_least_busy():
    """R2-3, T14: escalation, and assignment by load where the category wants it."""
    category = desk.category(offer_again_seconds=10, tell_managers_seconds=20, auto_assign_seconds=30)
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга", max_tickets=5)
    boss = desk.somebody(role="operator")
    do(desk.ticket(category), Verb.TAKE, ivan)
    ticket = desk.ticket(category)
    desk.forget_messages()
    with desk.later(11):
        assert set(desk.pings()) == {(ivan.pk, "still_free"), (olga.pk, "still_free")}
    desk.forget_messages()
    with desk.later(21):
        assert desk.pings() == [(boss.pk, "nobody_takes")]
        assert "ticket.unclaimed" in desk.events(ticket)
    with desk.later(31):
        ticket.refresh_from_db()
        assert (ticket.status_id, ticket.executor) == (2, olga)
        assert (olga.pk, "assigned") in desk.pings()


def test_waves_reach_those_of_higher_priority_first():
    """R2-3: notify the highest priority first, widen after a while. S4-13: priority decides the wave."""
    category = desk.category(notify_mode="waves", wave_seconds=10)
    first, second = desk.executor(category, priority=9), desk.executor(category, "Ольга", priority=1)
    author = desk.somebody()
    ticket = desk.ticket(category, author)
    assert desk.cards(fresh=True) == {author.pk, first.pk}
    with desk.later(11):
        assert desk.cards(fresh=True) == {author.pk, first.pk, second.pk}
    assert do(ticket, Verb.TAKE, second).status_id == 2


@pytest.mark.parametrize("how", ["service", "sql", "person"])
def test_who_stops_to_serve_gives_back_what_they_had_in_hand(how: str):
    """T13: an executor switched off by whatever hand; those waiting for the author stay."""
    category = desk.category()
    ivan, olga, author = desk.executor(category), desk.executor(category, "Ольга"), desk.somebody()
    boss = desk.somebody(role="operator")
    held = [do(desk.ticket(category, author), Verb.TAKE, ivan) for _one in range(2)]
    waiting = desk.in_confirmation(category, ivan, author)
    desk.forget_messages()
    if how == "service":
        executors.change(seat=CategoryExecutor.objects.get(user=ivan), is_active=False)
    elif how == "sql":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE category_executors SET is_active = false WHERE user_id = %s", [ivan.pk])
    else:
        User.objects.filter(pk=ivan.pk).update(is_active=False)
    clockwork.take_from_the_gone()
    for ticket in held:
        ticket.refresh_from_db()
        assert (ticket.status_id, ticket.executor) == (1, None)
    waiting.refresh_from_db()
    assert (waiting.status_id, waiting.executor) == (4, ivan)
    told = desk.pings()
    assert told.count((author.pk, "seeking")) == 2
    assert told.count((boss.pk, "executor_off")) == 1
    assert desk.cards(fresh=True) == {olga.pk}
    assert do(waiting, Verb.RETURN, author).status_id == 1


def test_a_manager_gives_a_ticket_to_somebody_else_over_their_limit_and_it_is_written_down():
    """S4-7, T10: reassigning tells both and the author."""
    category = desk.category()
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга", max_tickets=1)
    boss, author = desk.somebody(role="operator"), desk.somebody()
    do(desk.ticket(category), Verb.TAKE, olga)
    ticket = do(desk.ticket(category, author), Verb.TAKE, ivan)
    desk.forget_messages()
    do(ticket, Verb.REASSIGN, boss, executor_id=olga.pk, reason="Опытнее")
    assert ticket.executor == olga
    assert desk.pings() == [(ivan.pk, "unassigned"), (olga.pk, "assigned"), (author.pk, "reassigned")]
    line = TicketEvent.objects.get(ticket=ticket, verb="reassign")
    assert (line.reason, line.details["formerExecutorId"], line.details["load"]) == ("Опытнее", ivan.pk, 2)
    with pytest.raises(errors.ExecutorUnfit):
        do(ticket, Verb.REASSIGN, boss, executor_id=author.pk)


def test_a_ticket_is_opened_again_within_its_time_and_rated_once_it_is_over():
    category = desk.category(reopen_seconds=100)
    ivan, author = desk.executor(category), desk.somebody()
    ticket = do(desk.in_confirmation(category, ivan, author), Verb.CONFIRM, author)
    assert do(ticket, Verb.RATE, author, rating=4).rating == 4
    assert do(ticket, Verb.REOPEN, author).status_id == 2
    do(ticket, Verb.SUBMIT, ivan)
    do(ticket, Verb.CONFIRM, author)
    with desk.later(101), pytest.raises(errors.ReopenTooLate):
        do(ticket, Verb.REOPEN, author)
    executors.remove(seat=CategoryExecutor.objects.get(user=ivan))
    assert do(ticket, Verb.REOPEN, desk.somebody(role="operator")).status_id == 1


@pytest.mark.parametrize(("rule", "allowed"), [("allow", True), ("forbid", False), ("manager", False)])
def test_own_work_is_confirmed_as_the_category_allows_and_it_shows(rule: str, allowed: bool):
    category = desk.category(self_confirmation=rule)
    ivan = desk.executor(category)
    ticket = desk.in_confirmation(category, ivan, author=ivan)
    if allowed:
        assert do(ticket, Verb.CONFIRM, ivan).self_confirmed
    else:
        with pytest.raises(errors.SelfConfirmation):
            do(ticket, Verb.CONFIRM, ivan)


def test_a_promise_that_runs_out_is_told_in_time_and_becomes_an_event():
    """S4-26: overdue is an event that may start a workflow."""
    category = desk.category(resolution_seconds=100)
    ivan, boss = desk.executor(category), desk.somebody(role="operator")
    ticket = do(desk.ticket(category), Verb.TAKE, ivan)
    desk.forget_messages()
    with desk.later(101):
        assert [kind for person, kind in desk.pings() if person == ivan.pk] == ["sla_50", "sla_80", "sla_100"]
        assert (boss.pk, "sla_100") in desk.pings()
    overdue = Event.objects.get(name="ticket.overdue")
    assert (overdue.subject, overdue.payload["measure"]) == (str(ticket.pk), "resolution")


def test_a_reason_given_afterwards_belongs_to_the_return():
    """S4-6: the reason that comes in an answer of its own."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.in_confirmation(category, ivan, author)
    desk.forget_messages()
    do(ticket, Verb.RETURN, author, source="telegram")
    assert (author.pk, "returned_ask") in desk.pings()
    talk.give_reason(actor=author, ticket_id=ticket.pk, text="Шумит", key="telegram:1:1")
    talk.give_reason(actor=author, ticket_id=ticket.pk, text="Шумит", key="telegram:1:1")
    assert TicketEvent.objects.get(ticket=ticket, verb="return").reason == "Шумит"
    assert desk.pings().count((ivan.pk, "returned_reason")) == 1


def test_who_is_away_is_offered_nothing_and_who_cannot_be_reached_is_noted():
    """S4-12: not messaged, and reported. S4-20: a person who blocked the bot is marked."""
    category = desk.category()
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга")
    ticket = do(desk.ticket(category), Verb.TAKE, olga)
    presence.pause(person=ivan, until=clock.read() + timedelta(days=1))
    presence.mark_unreachable(person=olga, reason="blocked")
    presence.mark_unreachable(person=olga, reason="blocked")
    assert TicketNote.objects.get(ticket=ticket).author is None
    desk.forget_messages()
    author = desk.somebody()
    desk.ticket(category, author)
    assert desk.cards(fresh=True) == {author.pk}
    presence.mark_reachable(person=olga)
    assert Presence.objects.get(person=olga).reachable
    assert presence.hand_over(person=olga) == 1
    ticket.refresh_from_db()
    assert ticket.status_id == 1


def test_a_file_whose_ticket_came_to_nothing_is_swept_away(tmp_path: Any, settings: Any):
    """S36: a file without a row is removed after a day, and no other."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    author, category = desk.somebody(), desk.category()
    file = NewFile("a.txt", BytesIO(b"text"), 4)
    ticket = desk.ticket(category, author, files=[file])
    kept = tmp_path / ticket.attachments.get().stored_as
    stray, fresh = kept.with_name("stray"), kept.with_name("fresh")
    for path in (stray, fresh):
        path.write_bytes(b"text")
    for path in (stray, kept):
        os.utime(path, (1, 1))
    assert attachments.sweep(int(kept.parent.name, 16)) == 1
    assert (stray.exists(), fresh.exists(), kept.exists()) == (False, True, True)


def test_a_key_ties_a_telegram_account_once_and_for_ten_minutes():
    """S4-14, S4-15: linking by a key that is good once; a taken account is refused."""
    person, other = desk.somebody(telegram_id=None), desk.somebody()
    link = linking.issue(person=person)
    assert linking.person_of(link.token) == person
    assert other.telegram_id is not None
    with pytest.raises(TelegramTaken):
        linking.confirm(token=link.token, telegram_id=other.telegram_id)
    assert linking.confirm(token=link.token, telegram_id=4242).telegram_id == 4242
    with pytest.raises(errors.LinkInvalid):
        linking.confirm(token=link.token, telegram_id=4243)
    late = linking.issue(person=person)
    with desk.later(601), pytest.raises(errors.LinkInvalid):
        linking.person_of(late.token)
