"""Who can be written to in Telegram, and who does not want to be for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.clock import Clock
from accounts.models import User
from tickets.errors import Refusal
from tickets.lifecycle import HELD, Verb
from tickets.models import Presence, Ticket, TicketNote
from tickets.services import transitions

REASON_LENGTH: Final = 200


def pause(*, person: User, until: datetime | None) -> None:
    """Offer the person no new tickets until then; None: from now on again. What they have in hand stays theirs."""
    Presence.objects.update_or_create(person=person, defaults={"away_until": until})


def in_hand(*, person: User) -> QuerySet[Ticket]:
    """What the person works at or has put off, the oldest first."""
    return Ticket.objects.filter(executor=person, status_id__in=HELD).order_by("id")


def hand_over(*, person: User) -> int:
    """Offer all that the person has in hand to the others; returns how many tickets that were."""
    mine = list(in_hand(person=person).values_list("id", flat=True))
    return sum(_released(person, ticket_id) for ticket_id in mine)


def mark_reachable(*, person: User) -> None:
    """The person has written to the bot, or has started it again."""
    Presence.objects.filter(person=person, reachable=False).update(
        reachable=True, unreachable_reason="", unreachable_since=None
    )


def mark_unreachable(*, person: User, reason: str) -> None:
    """Telegram says that the person cannot be written to; noted on each ticket in their hands, once."""
    with transaction.atomic():
        Presence.objects.get_or_create(person=person)
        presence = Presence.objects.select_for_update().get(person=person)
        if not presence.reachable:
            return
        Presence.objects.filter(person=person).update(
            reachable=False, unreachable_reason=reason[:REASON_LENGTH], unreachable_since=Clock()
        )
        held = Ticket.objects.filter(executor=person, status_id__in=HELD)
        text = _("Исполнитель не получает сообщения в Telegram")
        TicketNote.objects.bulk_create(TicketNote(ticket=ticket, author=None, text=text) for ticket in held)


def _released(person: User, ticket_id: int) -> bool:
    try:
        transitions.transition(actor=person, ticket_id=ticket_id, verb=Verb.RELEASE, source=Ticket.Source.TELEGRAM)
    except Refusal:
        return False
    return True
