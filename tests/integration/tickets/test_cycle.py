"""The seed's cycle: created, taken, put off, handed in, confirmed or returned; and who is told what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.tickets import desk
from tests.integration.tickets.desk import do
from tickets import errors
from tickets.lifecycle import Status, Verb
from tickets.models import TicketEvent
from tickets.services.transitions import transition

pytestmark = pytest.mark.django_db


def test_a_new_ticket_is_shown_to_its_author_and_to_all_active_executors_of_the_category():
    """S4-1: author and all active executors are told. S4-12: inactive or without Telegram are not."""
    category, other = desk.category(), desk.category()
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга")
    desk.executor(category, is_active=False)
    desk.executor(category, telegram_id=None)
    desk.executor(other)
    author = desk.somebody()
    ticket = desk.ticket(category, author, title="Принтер")
    assert (ticket.state, ticket.version, ticket.number) == (Status.CREATED, 0, ticket.pk)
    assert desk.cards(fresh=True) == {author.pk, ivan.pk, olga.pk}
    assert desk.pings() == []
    assert desk.events(ticket) == ["ticket.created"]


def test_the_whole_cycle_ends_with_status_5_and_everybody_is_told_on_the_way():
    """S4-23: create, take, author told, to confirmation, author confirms, status 5. S4-3, S4-5, S4-6, S4-7."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody("Автор")
    ticket = desk.ticket(category, author)
    desk.forget_messages()

    do(ticket, Verb.TAKE, ivan)
    assert (ticket.status_id, ticket.executor, ticket.version) == (2, ivan, 1)
    assert desk.pings() == [(author.pk, "taken")]
    desk.forget_messages()

    do(ticket, Verb.SUBMIT, ivan, version=1)
    assert (ticket.status_id, ticket.round) == (4, 1)
    assert desk.cards(fresh=True) == {author.pk}
    assert desk.cards(fresh=False) == {ivan.pk}
    desk.forget_messages()

    do(ticket, Verb.CONFIRM, author, version=2)
    assert ticket.status_id == 5
    assert ticket.closed_at is not None
    assert desk.pings() == [(ivan.pk, "confirmed")]
    assert desk.cards(fresh=False) == {author.pk, ivan.pk}
    names = ["ticket.created", "ticket.taken", "ticket.submitted", "ticket.confirmed", "ticket.closed"]
    assert desk.events(ticket) == [*names, "task.completed"]
    verbs = TicketEvent.objects.filter(ticket=ticket).values_list("verb", "from_status_id", "to_status_id")
    assert list(verbs) == [("create", None, 1), ("take", 1, 2), ("submit", 2, 4), ("confirm", 4, 5)]


def test_work_that_is_returned_comes_back_with_its_reason_and_an_old_button_confirms_nothing():
    """S4-6: return to work with a reason. S4-20: a button of round 1 is dead in round 2."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.in_confirmation(category, ivan, author)
    round_one = ticket.version
    desk.forget_messages()
    do(ticket, Verb.RETURN, author, version=round_one, reason="Всё ещё не печатает")
    assert (ticket.status_id, ticket.executor) == (2, ivan)
    assert desk.pings() == [(ivan.pk, "returned")]
    assert TicketEvent.objects.get(ticket=ticket, verb="return").reason == "Всё ещё не печатает"
    do(ticket, Verb.SUBMIT, ivan)
    with pytest.raises(errors.StaleTicket):
        do(ticket, Verb.CONFIRM, author, version=round_one)
    assert do(ticket, Verb.CONFIRM, author, version=ticket.version).status_id == 5
    assert ticket.round == 2


def test_a_ticket_put_off_has_a_term_and_wakes_by_itself():
    """S4-4: temporary suspension with a term; taken up again; author told. R2-4: auto wake-up, clock paused."""
    category = desk.category(resolution_seconds=1000)
    ivan, author = desk.executor(category), desk.somebody()
    ticket = do(desk.ticket(category, author), Verb.TAKE, ivan)
    assert ticket.resolution_due_at is not None
    desk.forget_messages()
    do(ticket, Verb.DEFER, ivan, term="hour", reason="Жду деталь")
    assert (ticket.status_id, ticket.defer_reason) == (3, "Жду деталь")
    assert ticket.reaction_due_at is ticket.resolution_due_at is None
    assert desk.pings() == [(author.pk, "deferred")]
    desk.forget_messages()
    with desk.later(3601):
        ticket.refresh_from_db()
        assert (ticket.status_id, ticket.deferred_until) == (2, None)
        assert desk.pings() == [(ivan.pk, "woken"), (author.pk, "resumed")]
        assert ticket.paused_spent >= 3600
        assert ticket.resolution_spent < 60


def test_a_term_is_moved_by_another_press_and_a_ticket_is_put_off_three_times_at_most():
    category = desk.category()
    ivan, boss = desk.executor(category), desk.somebody(role="operator")
    ticket = do(desk.ticket(category), Verb.TAKE, ivan)
    for _time in range(3):
        do(ticket, Verb.DEFER, ivan)
        first = ticket.deferred_until
        do(ticket, Verb.TERM, ivan, term="week")
        assert first is not None
        assert ticket.deferred_until is not None
        assert ticket.deferred_until > first
        do(ticket, Verb.RESUME, ivan)
    assert ticket.deferrals == 3
    with pytest.raises(errors.DeferralsSpent):
        do(ticket, Verb.DEFER, ivan)
    assert do(ticket, Verb.DEFER, boss).status_id == 3


def test_whoever_puts_a_term_off_again_and_again_meets_the_limit_too():
    """S4-4: choosing a term belongs to putting off; choosing a later one afterwards is one more time."""
    category = desk.category(max_deferrals=2)
    ivan, boss = desk.executor(category), desk.somebody(role="operator")
    ticket = do(desk.ticket(category), Verb.TAKE, ivan)
    do(ticket, Verb.DEFER, ivan)
    assert do(ticket, Verb.TERM, ivan, term="three_days").deferrals == 1
    assert do(ticket, Verb.TERM, ivan, term="hour").deferrals == 1
    assert do(ticket, Verb.TERM, ivan, term="week").deferrals == 2
    stands = ticket.deferred_until
    assert stands is not None
    with pytest.raises(errors.DeferralsSpent):
        do(ticket, Verb.TERM, ivan, until=stands + timedelta(days=1))
    assert do(ticket, Verb.TERM, ivan, term="three_days").deferrals == 2
    assert do(ticket, Verb.TERM, boss, term="week").deferrals == 3


def test_who_says_the_term_at_once_has_chosen_it():
    category = desk.category(max_deferrals=1)
    ivan = desk.executor(category)
    ticket = do(desk.ticket(category), Verb.TAKE, ivan)
    do(ticket, Verb.DEFER, ivan, term="hour")
    with pytest.raises(errors.DeferralsSpent):
        do(ticket, Verb.TERM, ivan, term="week")
    assert ticket.deferrals == 1


@pytest.mark.parametrize(
    ("who", "verb"), [("stranger", "take"), ("author", "take"), ("off", "take"), ("ivan", "confirm")]
)
def test_who_has_no_rights_is_told_so_and_it_is_written_down(who: str, verb: str):
    """S4-16: «У вас нет прав на эту заявку»."""
    category = desk.category()
    people = {
        "ivan": desk.executor(category),
        "off": desk.executor(category, is_active=False),
        "author": desk.somebody(),
        "stranger": desk.somebody(),
    }
    ticket = desk.ticket(category, people["author"])
    with pytest.raises(errors.NoRights, match="У вас нет прав на эту заявку"):
        do(ticket, verb, people[who])
    assert ticket.status_id == 1
    assert TicketEvent.objects.get(ticket=ticket, verb=verb).refused == "no_rights"


def test_a_ticket_that_does_not_exist_is_as_foreign_as_one_of_others():
    with pytest.raises(errors.NoRights):
        transition(actor=desk.somebody(), ticket_id=987_654, verb=Verb.TAKE)


def test_the_second_to_take_is_told_who_was_faster_and_the_first_that_it_is_done():
    """S4-3: only one winner. R2-2: losers read who has it."""
    category = desk.category()
    ivan, olga = desk.executor(category), desk.executor(category, "Ольга")
    ticket = do(desk.ticket(category), Verb.TAKE, ivan)
    with pytest.raises(errors.AlreadyTaken, match=r"Заявку уже взял\(а\): Иван, \d\d:\d\d"):
        do(ticket, Verb.TAKE, olga)
    with pytest.raises(errors.AlreadyYours) as told:
        do(ticket, Verb.TAKE, ivan)
    assert told.value.toast
    do(ticket, Verb.SUBMIT, ivan, version=1)
    with pytest.raises(errors.AlreadyDone):
        do(ticket, Verb.SUBMIT, ivan, version=1)
    with pytest.raises(errors.WrongState, match="На подтверждении"):
        do(ticket, Verb.DEFER, ivan)


def test_nobody_takes_more_than_their_limit_in_a_category():
    """S4-13: the limit is asked inside the take, and its refusal has clear words."""
    category = desk.category()
    ivan = desk.executor(category, max_tickets=2)
    taken = [do(desk.ticket(category), Verb.TAKE, ivan) for _one in range(2)]
    third = desk.ticket(category)
    with pytest.raises(errors.LimitReached, match="2 из 2"):
        do(third, Verb.TAKE, ivan)
    do(taken[0], Verb.DEFER, ivan)
    assert do(third, Verb.TAKE, ivan).status_id == 2
    assert do(taken[0], Verb.RESUME, ivan).status_id == 2


def test_a_ticket_nobody_can_see_is_brought_before_the_managers():
    """S4-21: a category without a reachable executor does not swallow tickets."""
    category, boss, author = desk.category(), desk.somebody(role="operator"), desk.somebody()
    desk.executor(category, telegram_id=None)
    desk.ticket(category, author)
    assert set(desk.pings()) == {(boss.pk, "nobody_sees"), (author.pk, "nobody_yet")}
