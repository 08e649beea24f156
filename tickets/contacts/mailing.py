"""Sendings to all contacts of a tag: put into the outbox page by page, each contact once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.clock import Clock, Now
from integrations import outbox
from integrations.scope import CallScope
from tickets.contacts.reaching import Wish, way_to
from tickets.models import Broadcast, Contact, Delivery

TOPIC: Final = "contact.deliver"
"""`{"delivery": id, "depth": of the run}`"""


@dataclass(frozen=True)
class Words:
    """What is said; the places of `reaching.filled` are open. Telegram gets `text`, a letter has all three."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class Page:
    """What became of some contacts. `last` is where to go on, empty when these were the last ones."""

    last: str
    queued: Mapping[str, int]
    """By channel."""
    skipped: Mapping[str, int]
    """By reason."""


class Mailing:
    """Sendings of one step. Each has a `name` within it: when the step is repeated nobody is written to twice."""

    def __init__(self, scope: CallScope) -> None:
        self._project_id = scope.project_id()
        self._key = scope.headers["Idempotency-Key"]
        self._execution = scope.headers.get("X-Execution-Id")
        self._depth = scope.depth()

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    @transaction.atomic
    def put_out(self, words: Words, *, name: str, tag: str, channel: Wish, after: str, limit: int) -> Page:
        """Have the next `limit` contacts of the tag behind the id `after` written to, or noted as left out."""
        batch = f"{self._key}:{name}"
        Broadcast.objects.get_or_create(
            batch=batch,
            defaults={
                "project_id": self._project_id,
                "subject": words.subject,
                "text": words.text,
                "html": words.html,
            },
        )
        contacts = self._contacts(tag, after, limit)
        self._note(batch, contacts, channel)
        noted = list(Delivery.objects.filter(batch=batch, contact__in=contacts).order_by("contact_id"))
        for delivery in noted:
            if delivery.state == Delivery.State.WAITING:
                outbox.add(
                    topic=TOPIC,
                    payload={"delivery": delivery.pk, "depth": self._depth},
                    dedupe_key=f"{TOPIC}:{delivery.pk}",
                    queue="notifications",
                )
        skipped = Counter(one.reason for one in noted if one.state == Delivery.State.SKIPPED)
        queued = Counter(one.channel for one in noted if one.state != Delivery.State.SKIPPED)
        return Page(str(contacts[-1].pk) if len(contacts) == limit else "", queued, skipped)

    def _contacts(self, tag: str, after: str, limit: int) -> list[Contact]:
        tagged = Contact.objects.filter(project_id=self._project_id, taggings__tag__name__iexact=tag.strip())
        if after:
            tagged = tagged.filter(pk__gt=UUID(after))
        return list(tagged.order_by("pk")[:limit])

    def _note(self, batch: str, contacts: Sequence[Contact], wish: Wish) -> None:
        rows = []
        for contact in contacts:
            channel, obstacle = way_to(contact, wish)
            rows.append(
                Delivery(
                    project_id=self._project_id,
                    contact=contact,
                    execution_id=self._execution,
                    batch=batch,
                    channel=channel,
                    state=Delivery.State.SKIPPED if obstacle else Delivery.State.WAITING,
                    reason=obstacle,
                    finished_at=Clock() if obstacle else None,
                )
            )
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def prune(limit: int) -> int:
    """Forget at most `limit` deliveries older than `EVENT_RETENTION_DAYS`, and what they said. For the ticker."""
    term = Now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    old = Delivery.objects.filter(created_at__lt=term).order_by("created_at").values("pk")[:limit]
    deleted, _by_model = Delivery.objects.filter(pk__in=old).delete()
    if not deleted:
        Broadcast.objects.filter(created_at__lt=term).delete()
    return deleted
