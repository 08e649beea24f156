"""Who is told what when a ticket changes: rows of the outbox, written in the transaction of the change.

A card is the one message about a ticket in a person's chat, brought to its newest form; a ping is a message of its
own, which makes a sound. How both look is decided when they are sent, for who reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from accounts.models import User
from integrations import outbox
from tickets.lifecycle import Status, Verb
from tickets.models import Card, Ticket, TicketCategory, TicketEvent
from tickets.services import people

CARD: Final = "telegram.card"
"""`{"ticket", "person", "version"}`: bring the card to its newest form; with `fresh` in a new message (with `again` in
one more), with `force` whatever is believed to be shown."""
PING: Final = "telegram.ping"
"""`{"ticket", "person", "kind", "event", "silent"}`: a message of its own about a line of the history."""
QUEUE: Final = "notifications"
TO_WHO_ACTED: Final = frozenset({"returned_ask", "nobody_yet"})
"""What tells people something new about what they have done themselves."""
SEEKS_HANDS: Final = frozenset({Verb.RETURN, Verb.RELEASE, Verb.REOPEN, Verb.VACATE})


@dataclass(frozen=True)
class Ping:
    """Something to tell one person."""

    person: int | None
    kind: str
    silent: bool = False


def offer(ticket: Ticket, tier: int | None = None, *, but: Collection[int] = ()) -> int:
    """Show the ticket to those who may take it, of every tier or of one; returns to how many."""
    tiers = people.tiers_of(people.executors_of(ticket.category_id))
    asked = [one for tier_of in (tiers if tier is None else tiers[tier : tier + 1]) for one in tier_of]
    chats = people.chats_of([one for one in asked if one not in but], offer=True)
    show(ticket, chats, fresh=True)
    return len(chats)


def offer_first(ticket: Ticket, *, but: Collection[int] = ()) -> int:
    """Show a ticket that looks for hands to everybody, or to the first wave that reaches anybody; returns to how
    many."""
    if ticket.category.notify_mode != TicketCategory.Notify.WAVES:
        return offer(ticket, but=but)
    waves = len(people.tiers_of(people.executors_of(ticket.category_id)))
    reached = (offer(ticket, tier=wave, but=but) for wave in range(waves))
    return next((count for count in reached if count), 0)


def show(ticket: Ticket, chats: dict[int, int], *, fresh: bool = False) -> None:
    """A card for each of these people, by their chat. The row comes first, so that no later change forgets them."""
    cards = [Card(ticket=ticket, person_id=person, chat_id=chat) for person, chat in sorted(chats.items())]
    Card.objects.bulk_create(cards, ignore_conflicts=True)
    for person, chat in sorted(chats.items()):
        _write_card(ticket, person, chat, fresh=fresh)


def show_again(ticket: Ticket, person: int, chat: int, *, key: str) -> None:
    """The card once more as a new message, whatever was sent before; `key` tells this sending from every other."""
    Card.objects.bulk_create([Card(ticket=ticket, person_id=person, chat_id=chat)], ignore_conflicts=True)
    _write_card(ticket, person, chat, fresh=True, key=key)


def show_as_it_is(ticket_id: int, person: User, *, version: int) -> None:
    """Bring the person's card to its newest form whatever is believed to be shown there, as often as it is asked."""
    outbox.add(
        topic=CARD,
        payload={"ticket": ticket_id, "person": person.pk, "version": version, "force": True},
        ordering_key=str(person.telegram_id),
        queue=QUEUE,
    )


def refresh(ticket: Ticket, *, but: Collection[int] = ()) -> None:
    """Bring every card of the ticket to its newest form."""
    shown = Card.objects.filter(ticket=ticket).exclude(person_id__in=but).values_list("person_id", flat=True)
    for person, chat in sorted(people.chats_of(list(shown)).items()):
        _write_card(ticket, person, chat, fresh=False)


def ping(ticket: Ticket, line: TicketEvent, pings: Iterable[Ping]) -> None:
    """Tell people about a line of the history; nobody is told what they have just done themselves."""
    wanted = [one for one in dict.fromkeys(pings) if one.person is not None]
    chats = people.chats_of([one.person for one in wanted])
    for one in wanted:
        chat = chats.get(one.person or 0)
        if chat is None or (one.person == line.actor_id and one.kind not in TO_WHO_ACTED):
            continue
        outbox.add(
            topic=PING,
            payload={
                "ticket": ticket.pk,
                "person": one.person,
                "kind": one.kind,
                "event": line.pk,
                "silent": one.silent,
            },
            dedupe_key=f"ping:{line.pk}:{one.person}:{one.kind}",
            ordering_key=str(chat),
            queue=QUEUE,
        )


def both_sides(ticket: Ticket, kind: str) -> list[Ping]:
    """What people say goes to the author and to whoever has the ticket in hand; while nobody has, without a sound, to
    those to whom it was shown."""
    sides = [Ping(ticket.author_id, kind), Ping(ticket.executor_id, kind)]
    if ticket.state is not Status.CREATED:
        return sides
    serving = people.chats_of([one.user_id for one in people.executors_of(ticket.category_id)], offer=True)
    shown = Card.objects.filter(ticket=ticket, person_id__in=serving).exclude(person_id=ticket.author_id)
    return [*sides, *(Ping(person, kind, silent=True) for person in shown.values_list("person_id", flat=True))]


def _write_card(ticket: Ticket, person: int, chat: int, *, fresh: bool, key: str = "") -> None:
    usual = f"card:{ticket.pk}:{person}:{ticket.version}"
    payload = {"ticket": ticket.pk, "person": person, "version": ticket.version, "fresh": fresh}
    outbox.add(
        topic=CARD,
        payload=payload | ({"again": True} if key else {}),
        dedupe_key=key or (f"{usual}:fresh" if fresh else usual),
        ordering_key=str(chat),
        queue=QUEUE,
    )


def tell_of_creation(ticket: Ticket, line: TicketEvent) -> None:
    """T1: the author, and those who may take it: all of them, or the first wave. Without any, managers."""
    show(ticket, people.chats_of([ticket.author_id]), fresh=True)
    if not offer_first(ticket, but=[ticket.author_id]) and not _author_may_take(ticket):
        managers = [Ping(person, "nobody_sees") for person in people.managers_of(ticket.project_id)]
        ping(ticket, line, [*managers, Ping(ticket.author_id, "nobody_yet")])


def _author_may_take(ticket: Ticket) -> bool:
    return any(one.user_id == ticket.author_id for one in people.executors_of(ticket.category_id))


def tell_of(verb: Verb, ticket: Ticket, line: TicketEvent, *, was_held_by: int | None) -> None:
    """T2–T13: who is told, and which cards change. `was_held_by` had it before the change."""
    fresh = _new_cards(verb, ticket, was_held_by)
    # A chat takes one message a second: what somebody waits for goes before what only brings a card up to date.
    show(ticket, people.chats_of(fresh), fresh=True)
    ping(ticket, line, _pings(verb, ticket, line, was_held_by))
    refresh(ticket, but=fresh)
    if verb in SEEKS_HANDS and ticket.state is Status.CREATED:
        offer_first(ticket, but=[person for person in (was_held_by, *fresh) if person is not None])


def _new_cards(verb: Verb, ticket: Ticket, was_held_by: int | None) -> list[int]:
    """Whose card comes as a new message, because something is asked of them now."""
    if verb is Verb.SUBMIT:
        return [ticket.author_id]
    if verb is Verb.REASSIGN and ticket.executor_id is not None:
        return [ticket.executor_id]
    return []


def _pings(verb: Verb, ticket: Ticket, line: TicketEvent, was_held_by: int | None) -> list[Ping]:
    author, holder = ticket.author_id, ticket.executor_id
    by_clock = line.actor_id is None
    told: dict[Verb, list[Ping]] = {
        Verb.TAKE: [Ping(author, "taken")],
        Verb.DEFER: [Ping(author, "deferred", silent=True)],
        Verb.TERM: [Ping(author, "deferred", silent=True)],
        Verb.RESUME: [Ping(holder, "woken" if by_clock else "resumed"), Ping(author, "resumed", silent=True)],
        Verb.WITHDRAW: [Ping(author, "withdrawn")],
        Verb.CONFIRM: [Ping(holder, "auto_confirmed"), Ping(author, "auto_confirmed")]
        if by_clock
        else [Ping(holder, "confirmed")],
        Verb.RETURN: [Ping(holder or was_held_by, "returned"), *_ask_why(ticket, line)],
        Verb.RELEASE: [Ping(was_held_by, "unassigned"), Ping(author, "seeking")],
        Verb.REASSIGN: [Ping(was_held_by, "unassigned"), Ping(holder, "assigned"), Ping(author, "reassigned")],
        Verb.CANCEL: [Ping(holder, "cancelled"), Ping(author, "cancelled")],
        Verb.REOPEN: [Ping(holder, "reopened"), Ping(author, "reopened")],
        Verb.RATE: [Ping(holder, "rated")],
        Verb.VACATE: [Ping(author, "seeking")],
        Verb.EDIT: [Ping(holder, "edited")],
    }
    return told.get(verb, [])


def _ask_why(ticket: Ticket, line: TicketEvent) -> list[Ping]:
    """Who has returned the work without a word is asked for the reason, where they can answer at once."""
    asks = not line.reason and line.source == Ticket.Source.TELEGRAM
    return [Ping(ticket.author_id, "returned_ask")] if asks else []
