"""What must happen after a commit and only then: rows that the relay hands to the one handler of their topic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.fields.json import KT

from accounts.clock import Clock, Now
from integrations import doorbell
from integrations.errors import UnknownTopic
from integrations.models import OutboxMessage

Queue = Literal["notifications", "system"]
QUEUES: Final[tuple[Queue, ...]] = ("notifications", "system")
"""People do not wait behind what the system tells itself, so these are delivered by different workers."""

KEEP_SENT = timedelta(days=7)
"""How long a delivered message, and with it its `dedupe_key`, is remembered."""
OPEN_STATES: Final = (OutboxMessage.State.WAITING, OutboxMessage.State.SENDING)


def add(
    *,
    topic: str,
    payload: dict[str, Any],
    dedupe_key: str | None = None,
    ordering_key: str = "",
    available_at: datetime | None = None,
    queue: Queue = "system",
) -> None:
    """Write a message in the caller's transaction and ring its queue when that commits.

    A second message with the same `dedupe_key` is dropped, also when the first was delivered (for a week). Messages
    of one non-empty `ordering_key` go out one after the other in the order of writing. `available_at` is by
    PostgreSQL's clock; without it the message is due at once. Raises `UnknownTopic`.
    """
    if topic not in settings.OUTBOX_HANDLERS:
        raise UnknownTopic(topic=topic)
    message = OutboxMessage(topic=topic, payload=payload, dedupe_key=dedupe_key, ordering_key=ordering_key, queue=queue)
    if available_at is not None:
        message.available_at = available_at
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=dedupe_key is not None)
    if available_at is None:
        doorbell.ring(queue)


def ring_due() -> int:
    """Ring every queue that holds due messages, also where somebody listens: he may be frozen; returns how many queues.

    For the ticker (rule S5).
    """
    due = OutboxMessage.objects.filter(state__in=OPEN_STATES, available_at__lte=Now())
    queues = list(due.order_by("queue").values_list("queue", flat=True).distinct())
    for queue in queues:
        doorbell.ring_out(queue, 1)
    return len(queues)


def ring(queue: str) -> None:
    """Ring for messages that are left over; for the relay, which stops after a while to let others work."""
    doorbell.ring(queue)


def ring_out(queue: str, times: int) -> None:
    """Send `times` messages for the queue, whoever listens; for the relay that has met work when it began to listen."""
    if times:
        doorbell.ring_out(queue, times)


def overdue(queue: Queue) -> tuple[int, datetime | None]:
    """How many messages of the queue are due and not delivered, and since when the first of them is."""
    due = OutboxMessage.objects.filter(queue=queue, state__in=OPEN_STATES, available_at__lte=Now())
    found = due.aggregate(count=Count("id"), since=Min("available_at"))
    return found["count"], found["since"]


def state_of(dedupe_key: str) -> str:
    """What has become of a message: `waiting`, `sending`, `sent`, `dead`; empty when there is none."""
    return OutboxMessage.objects.filter(dedupe_key=dedupe_key).values_list("state", flat=True).first() or ""


def payload_of(dedupe_key: str) -> dict[str, Any] | None:
    """What a message says, also one that was delivered, for as long as it is kept."""
    said: dict[str, Any] | None = (
        OutboxMessage.objects.filter(dedupe_key=dedupe_key).values_list("payload", flat=True).first()
    )
    return said


def change(dedupe_key: str, says: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
    """Have a message that waits say something else, in the caller's transaction; False when it is none that waits.

    `says` gives its new payload. Whoever delivers it sees either all of the change or, being faster, nothing.
    """
    waiting = OutboxMessage.objects.select_for_update(no_key=True).filter(state=OutboxMessage.State.WAITING)
    message = waiting.filter(dedupe_key=dedupe_key).first()
    if message is None:
        return False
    message.payload = says(message.payload)
    message.save(update_fields=["payload"])
    return True


def about_ticket(number: int) -> QuerySet[OutboxMessage]:
    """The messages whose payload names this `ticket`, the newest first, for as long as they are kept."""
    named = OutboxMessage.objects.annotate(about=KT("payload__ticket")).filter(payload__has_key="ticket")
    return named.filter(about=str(number)).order_by("-created_at", "-id")


def dead() -> QuerySet[OutboxMessage]:
    """The messages that could not be delivered and are not tried any more."""
    return OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD)


def send_again(ids: list[Any]) -> int:
    """Put dead messages back at the end of their order with all their tries; returns how many."""
    with transaction.atomic():
        buried = dead().filter(id__in=ids)
        queues = list(buried.order_by("queue").values_list("queue", flat=True).distinct())
        revived = buried.update(
            state=OutboxMessage.State.WAITING,
            tries=0,
            losses=0,
            available_at=Clock(),
            rank_at=Clock(),
            finished_at=None,
            lease_token=None,
        )
        for queue in queues:
            doorbell.ring(queue)
    return revived


def prune(limit: int) -> int:
    """Forget at most `limit` delivered messages whose time is over; returns how many. For the ticker."""
    sent = OutboxMessage.objects.filter(state=OutboxMessage.State.SENT, finished_at__lt=Now() - KEEP_SENT)
    deleted, _rows = OutboxMessage.objects.filter(id__in=sent.values("id")[:limit]).delete()
    return deleted
