"""Tying a Telegram account to a person: a key from the profile page, which the bot is then told. Never by a name."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.clock import Clock, Now
from accounts.models import User
from tickets.errors import LinkInvalid
from tickets.models import LinkToken

TERM: Final = timedelta(minutes=10)
TOKEN_BYTES: Final = 32
MOST_AT_ONCE: Final = 10
"""Keys that one person may have at a time; an older one gives way."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Link:
    """A fresh key. `url` opens the bot with it and is empty while the bot's name is not known; `command` is what to
    send to the bot where the link does nothing."""

    token: str
    url: str
    command: str
    expires_at: datetime


def issue(*, person: User) -> Link:
    """A key for `person`, good once and for ten minutes."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        older = LinkToken.objects.filter(person=person).order_by("-created_at").values("pk")[MOST_AT_ONCE - 1 :]
        LinkToken.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()
        row = LinkToken.objects.create(digest=_digest(token), person=person, expires_at=Clock() + TERM)
    row.refresh_from_db()
    name = settings.TELEGRAM_BOT_NAME
    url = f"https://t.me/{name}?start={token}" if name else ""
    return Link(token, url, f"/start {token}", row.expires_at)


def person_of(token: str) -> User:
    """Whose key it is, for the question whether to link; the key stays good. Raises `LinkInvalid`."""
    row = LinkToken.objects.select_related("person").filter(digest=_digest(token), expires_at__gt=Now()).first()
    if row is None or not row.person.is_active:
        raise LinkInvalid
    return row.person


def confirm(*, token: str, telegram_id: int) -> User:
    """Use the key up and tie the account; returns the person. Raises `LinkInvalid`, `TelegramTaken`.

    The Telegram account must be free: whoever has it gives it up first.
    """
    with transaction.atomic():
        person = person_of(token)
        if not LinkToken.objects.filter(digest=_digest(token)).delete()[0]:
            raise LinkInvalid
        former = person.telegram_id
        accounts.change_user(user=person, telegram_id=telegram_id)
    log.info("telegram_linked", user=person.pk, telegram_id=telegram_id, former=former)
    return person


def unlink(*, person: User) -> None:
    """Forget the person's Telegram account."""
    former = person.telegram_id
    accounts.change_user(user=person, telegram_id=None)
    log.info("telegram_unlinked", user=person.pk, former=former)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
