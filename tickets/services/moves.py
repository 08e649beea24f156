"""What a verb changes in a ticket's row, and what the clock has to do with it from then on."""

from __future__ import annotations

from tickets import sla, timetable
from tickets.lifecycle import Status, Verb, rule_for, target_of
from tickets.models import Ticket, TicketTimer
from tickets.services import deferring, people
from tickets.services.locking import Locked
from tickets.services.press import Press

BRINGS_NEW_HANDS = {Verb.TAKE, Verb.REASSIGN}
LEAVES_TIMERS = {Verb.RATE, Verb.EDIT}


def apply(press: Press, locked: Locked) -> None:
    """Change the locked ticket as the table says, write it, and plan its timers. Needs the transaction of the lock."""
    ticket, now = locked.ticket, locked.now
    rule = rule_for(press.verb, ticket.state)
    if rule is None:
        raise ValueError(f"{press.verb} in {ticket.state}")
    target = target_of(rule, status=ticket.state, orphaned=not locked.serves(ticket.executor_id))
    if target is not ticket.state or press.verb is Verb.REASSIGN:
        _enter(ticket, target, locked)
    _note(press, ticket, locked)
    if target is Status.CREATED:
        ticket.executor = None
    ticket.version += 1
    ticket.updated_at = now
    if press.verb not in LEAVES_TIMERS:
        plan(locked)
    ticket.save()


def _enter(ticket: Ticket, target: Status, locked: Locked) -> None:
    """Count the working time of the status that ends, and begin the next."""
    measure = sla.MEASURES.get(ticket.state)
    if measure is not None:
        column = f"{measure}_spent"
        passed = locked.hours.between(ticket.status_since, locked.now)
        setattr(ticket, column, getattr(ticket, column) + passed)
    ticket.status_id = target.value
    ticket.status_since = locked.now
    closed = target in (Status.COMPLETED, Status.CANCELLED)
    ticket.closed_at = locked.now if closed else None
    if target is not Status.DEFERRED:
        ticket.deferred_until = None


def _note(press: Press, ticket: Ticket, locked: Locked) -> None:
    """What a verb says besides the status."""
    if press.verb in BRINGS_NEW_HANDS:
        taker = press.executor_id if press.verb is Verb.REASSIGN or press.actor is None else press.actor.pk
        ticket.executor = locked.seats[taker].user if taker is not None else None
        ticket.taken_at = locked.now
    elif press.verb in (Verb.DEFER, Verb.TERM):
        returns = deferring.returns_at(locked, actor=press.actor, term=press.term, at=press.until)
        ticket.deferrals += deferring.is_once_more(locked, verb=press.verb, returns=returns)
        ticket.deferred_until = returns
        ticket.defer_reason = press.reason or ("" if press.verb is Verb.DEFER else ticket.defer_reason)
    elif press.verb is Verb.SUBMIT:
        ticket.round += 1
    elif press.verb is Verb.CONFIRM:
        ticket.auto_confirmed = press.actor is None
        ticket.self_confirmed = press.actor is not None and press.actor.pk == ticket.executor_id
    elif press.verb is Verb.REOPEN:
        ticket.rating = None
    elif press.verb is Verb.RATE:
        ticket.rating = press.rating
    elif press.verb is Verb.EDIT:
        for name, value in _said_anew(press, ticket).items():
            setattr(ticket, name, value)


def is_idle(press: Press, ticket: Ticket) -> bool:
    """Whether the press leaves everything as it is."""
    return press.verb is Verb.EDIT and not _said_anew(press, ticket)


def _said_anew(press: Press, ticket: Ticket) -> dict[str, str]:
    """What an edit says that the ticket does not say already, by field."""
    said = {name: getattr(press, name) for name in ("title", "description", "priority")}
    return {name: value for name, value in said.items() if value is not None and value != getattr(ticket, name)}


def plan(locked: Locked) -> None:
    """Replace the ticket's timers and the moments at which its promises run out."""
    ticket, hours = locked.ticket, locked.hours
    terms = ticket.category.terms()
    runs = sla.MEASURES.get(ticket.state)
    spent = {"reaction": ticket.reaction_spent, "resolution": ticket.resolution_spent}
    ticket.reaction_due_at = ticket.resolution_due_at = None
    if runs == "reaction":
        ticket.reaction_due_at = sla.due(
            target=terms.reaction, spent=spent[runs], since=ticket.status_since, hours=hours
        )
    elif runs == "resolution":
        ticket.resolution_due_at = sla.due(
            target=terms.resolution, spent=spent[runs], since=ticket.status_since, hours=hours
        )
    waves = len(people.tiers_of(people.executors_of(ticket.category_id))) if terms.wave is not None else 1
    planned = timetable.timers(
        status=ticket.state,
        since=ticket.status_since,
        hours=hours,
        terms=terms,
        spent=spent.get(runs or "", 0.0),
        deferred_until=ticket.deferred_until,
        waves=waves,
    )
    TicketTimer.objects.filter(ticket=ticket).delete()
    TicketTimer.objects.bulk_create(
        TicketTimer(ticket=ticket, alarm=timer.alarm, step=timer.step, due_at=timer.due) for timer in planned
    )
