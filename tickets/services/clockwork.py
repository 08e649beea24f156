"""What time does to tickets: wakes, reminds, confirms, widens the search, warns, and takes from who has left.

Called by the ticker, which needs no worker. Timers are rows: whichever ticker comes first does each of them once,
under the ticket's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts import clock
from accounts.clock import Now
from tickets.errors import NoRights, StaleTicket
from tickets.lifecycle import Happening, Status, Verb, rule_for
from tickets.models import LinkToken, TelegramReply, Ticket, TicketDraft, TicketEvent, TicketTimer
from tickets.services import attachments, history, meanings, notices, people, transitions
from tickets.services.locking import Locked, lock
from tickets.services.notices import Ping
from tickets.services.press import Press
from tickets.timetable import Alarm

log = structlog.get_logger(__name__)

BATCH: Final = 200
KEEP_REFUSED: Final = timedelta(days=90)
KEEP_REPLIES: Final = timedelta(days=2)
"""Telegram brings an update again for a day."""
KEEP_DRAFTS: Final = timedelta(days=7)
CLOCK: Final = Ticket.Source.CLOCK
OVERDUE: Final = "ticket.overdue"
PROMISE: Final = "ticket.promise"
UNCLAIMED: Final = "ticket.unclaimed"


def move_time() -> int:
    """Do what is due now, at most `BATCH` timers; returns how many. One that fails does not keep the others back."""
    due = TicketTimer.objects.filter(due_at__lte=Now()).order_by("due_at", "id")[:BATCH]
    return sum(_fired(timer) for timer in due)


def take_from_the_gone() -> int:
    """T13: give back the tickets of executors who serve the category no more, however that came; returns how many.

    Managers are told once, with the first ticket of their project; its line of the history names them all.
    """
    told: dict[int, TicketEvent] = {}
    return sum(_vacated(ticket_id, told) for ticket_id in people.orphaned()[:BATCH])


def prune(limit: int) -> int:
    """Forget old refused presses, keys nobody used, answers nobody asks for again, drafts, and the stray files of one
    folder, each minute another; returns how many."""
    old = TicketEvent.objects.exclude(refused="").filter(at__lt=Now() - KEEP_REFUSED)
    presses, _rows = TicketEvent.objects.filter(pk__in=old.order_by("at").values("pk")[:limit]).delete()
    keys, _rows = LinkToken.objects.filter(expires_at__lt=Now()).delete()
    answers = TelegramReply.objects.filter(at__lt=Now() - KEEP_REPLIES).order_by("at").values("pk")[:limit]
    replies, _rows = TelegramReply.objects.filter(pk__in=answers).delete()
    drafts, _rows = TicketDraft.objects.filter(at__lt=Now() - KEEP_DRAFTS).delete()
    files = attachments.sweep(int(clock.read().timestamp() // 60))
    return presses + keys + replies + drafts + files


def _fired(timer: TicketTimer) -> bool:
    try:
        with transaction.atomic():
            return _fire(timer)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("ticket_timer_failed", ticket=timer.ticket_id, alarm=timer.alarm)
        return False


def _fire(timer: TicketTimer) -> bool:
    ticket_id = timer.ticket_id
    candidates = _candidates(ticket_id) if timer.alarm == Alarm.AUTO_ASSIGN else []
    try:
        locked = lock(ticket_id, *candidates)
    except (NoRights, StaleTicket):
        return False
    # Whoever changed the ticket meanwhile has replaced its timers.
    if not TicketTimer.objects.filter(pk=timer.pk).delete()[0]:
        return False
    if timer.alarm == Alarm.AUTO_ASSIGN:
        _assign(locked, candidates)
    else:
        ACTIONS[Alarm(timer.alarm)](locked, timer.step)
    return True


def _candidates(ticket_id: int) -> list[int]:
    """Who may be given the ticket, the least busy first. In the hands of somebody who is away it would be stuck."""
    category_id = Ticket.objects.filter(pk=ticket_id).values_list("category_id", flat=True).first()
    found = people.least_loaded(people.executors_of(category_id)) if category_id is not None else []
    absent = people.absent(found)
    return [person for person in found if person not in absent]


def _assign(locked: Locked, candidates: list[int]) -> None:
    """To the least busy who still has room, now that their lines are locked; else managers hear of it again."""
    rooms = {one.user_id for one in people.executors_of(locked.ticket.category_id) if one.free}
    chosen = next((person for person in candidates if person in rooms and locked.serves(person)), None)
    if chosen is None:
        _tell_managers(locked, 1)
    else:
        transitions.perform(
            Press(actor=None, verb=Verb.REASSIGN, source=CLOCK, executor_id=chosen), locked, automatic=True
        )


def _wake(locked: Locked, step: int) -> None:
    transitions.perform(Press(actor=None, verb=Verb.RESUME, source=CLOCK), locked)


def _auto_confirm(locked: Locked, step: int) -> None:
    transitions.perform(Press(actor=None, verb=Verb.CONFIRM, source=CLOCK), locked)


def _remind(locked: Locked, step: int) -> None:
    ticket = locked.ticket
    line = history.note(ticket, Happening.REMIND, source=CLOCK, step=step)
    notices.ping(ticket, line, [Ping(ticket.author_id, "confirm_reminder")])


def _next_wave(locked: Locked, step: int) -> None:
    history.note(locked.ticket, Happening.OFFER, source=CLOCK, wave=step + 1)
    notices.offer(locked.ticket, tier=step)


def _offer_again(locked: Locked, step: int) -> None:
    ticket = locked.ticket
    line = history.note(ticket, Happening.OFFER, source=CLOCK, again=True)
    asked = [one.user_id for one in people.executors_of(ticket.category_id) if one.free]
    reachable = people.chats_of(asked, offer=True)
    notices.ping(ticket, line, [Ping(person, "still_free") for person in reachable])


def _tell_managers(locked: Locked, step: int) -> None:
    ticket = locked.ticket
    line = history.note(ticket, Happening.ESCALATE, source=CLOCK, step=step)
    history.announce(ticket, UNCLAIMED, history.as_payload(ticket), line)
    notices.ping(ticket, line, [Ping(person, "nobody_takes") for person in people.managers_of(ticket.project_id)])


def _warn_of_promise(locked: Locked, percent: int) -> None:
    ticket = locked.ticket
    measure = "reaction" if ticket.state is Status.CREATED else "resolution"
    line = history.note(ticket, Happening.PROMISE, source=CLOCK, percent=percent, measure=measure)
    payload = history.as_payload(ticket) | {"percent": percent, "measure": measure}
    history.announce(ticket, OVERDUE if percent >= 100 else PROMISE, payload, line)
    if percent >= 100:
        due_at = ticket.reaction_due_at if measure == "reaction" else ticket.resolution_due_at
        meanings.tell_overdue(ticket, line, due_at=due_at)
    # A ticket in nobody's hands is the managers' affair, and so is a promise that was broken.
    managers = people.managers_of(ticket.project_id) if percent >= 100 or ticket.executor_id is None else []
    told = dict.fromkeys([ticket.executor_id, *managers])
    notices.ping(ticket, line, [Ping(person, f"sla_{percent}") for person in told])


ACTIONS: Final[dict[Alarm, Callable[[Locked, int], None]]] = {
    Alarm.WAKE: _wake,
    Alarm.REMIND: _remind,
    Alarm.AUTO_CONFIRM: _auto_confirm,
    Alarm.WAVE: _next_wave,
    Alarm.OFFER_AGAIN: _offer_again,
    Alarm.TELL_MANAGERS: _tell_managers,
    Alarm.SLA: _warn_of_promise,
}


def _vacated(ticket_id: int, told: dict[int, TicketEvent]) -> bool:
    """T13 for one ticket. `told` are the lines, by project, with which managers have been told so far."""
    try:
        with transaction.atomic():
            line = _vacate(ticket_id)
            if line is None:
                return False
            first = told.get(line.ticket.project_id, line)
            named = first.details | {"tickets": [*first.details.get("tickets", ()), ticket_id]}
            TicketEvent.objects.filter(pk=first.pk).update(details=named)
            if first is line:
                managers = people.managers_of(line.ticket.project_id)
                notices.ping(line.ticket, line, [Ping(person, "executor_off") for person in managers])
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("ticket_not_taken_back", ticket=ticket_id)
        return False
    first.details = named
    told[line.ticket.project_id] = first
    return True


def _vacate(ticket_id: int) -> TicketEvent | None:
    """Nothing where the executor is back, or the ticket is in other hands by now."""
    try:
        locked = lock(ticket_id)
    except (NoRights, StaleTicket):
        return None
    ticket = locked.ticket
    if rule_for(Verb.VACATE, ticket.state) is None or locked.serves(ticket.executor_id):
        return None
    return transitions.perform(Press(actor=None, verb=Verb.VACATE, source=CLOCK), locked)
