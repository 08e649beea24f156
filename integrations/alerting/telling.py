"""Tells people of alerts, without any worker: whoever runs `tell_due` makes the calls itself.

A telling is claimed for a while by moving `tell_at`; whoever dies in the middle leaves it to the next, and who has had
this telling already does not get it twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import translation

from accounts import clock
from accounts import services as accounts
from accounts.clock import Now
from accounts.languages import language_for
from accounts.models import User
from integrations import limiter
from integrations.alert_table import Alert, AlertMessage
from integrations.alerting import wording
from integrations.errors import OutboundError
from integrations.telegram import delivery
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import Blocked

PER_MINUTE: Final = 10
"""Alerts of which people are told within a minute; the others wait, and count meanwhile."""
CLAIM: Final = timedelta(seconds=60)
REFRESHED: Final = 20

log = structlog.get_logger(__name__)


def tell_due() -> int:
    """Tell of all alerts that are due, and give the messages about others their new form; returns how many alerts."""
    told = 0
    while (alert := _claim()) is not None:
        told += 1
        _tell(alert)
    _refresh()
    return told


@transaction.atomic
def _claim() -> Alert | None:
    due = Alert.objects.filter(tell_at__lte=Now()).select_for_update(skip_locked=True, no_key=True, of=("self",))
    alert = due.select_related("acknowledged_by").order_by("tell_at", "id").first()
    if alert is None or limiter.acquire("alerts", rate=PER_MINUTE, interval=60.0, burst=PER_MINUTE):
        return None
    alert.tell_at = clock.read() + CLAIM
    alert.save(update_fields=["tell_at"])
    return alert


def _tell(alert: Alert) -> None:
    """Everybody who may handle it; of its end those who have heard of it."""
    said = {"alarm": alert.name, "subject": alert.subject, "count": alert.count, "project_id": alert.project_id}
    if alert.closed_at is None:
        log.error("alert", **said)
    else:
        log.info("alert_over", ending=alert.ending, **said)
    number = alert.tellings + 1
    had = {one.person_id: one for one in alert.messages.all()}
    people = accounts.people_who_may("alert.handle", alert.project_id).filter(telegram_id__isnull=False)
    complete = True
    for person in people:
        before = had.get(person.pk)
        if (before is None and alert.closed_at is not None) or (before is not None and before.telling >= number):
            continue
        complete &= _tell_person(alert, person, before, number)
    if complete:
        mine = Alert.objects.filter(pk=alert.pk, tell_at=alert.tell_at)
        mine.update(tell_at=None, told_at=clock.read(), tellings=number)


def _tell_person(alert: Alert, person: User, before: AlertMessage | None, number: int) -> bool:
    """Whether it is done, or will never be; False to try again later."""
    chat_id = int(person.telegram_id or 0)
    try:
        with translation.override(language_for(person.language)):
            sent = delivery.deliver(chat_id, lambda client: _send(client, alert, person, before), urgent=True)
    except Blocked:
        return True
    except OutboundError as error:
        log.warning("alert_not_told", alert_id=str(alert.pk), person_id=person.pk, code=error.code)
        return not error.transient
    AlertMessage.objects.update_or_create(
        alert=alert,
        person=person,
        defaults={"chat_id": chat_id, "message_id": sent, "shown": alert.version, "telling": number},
    )
    return True


def _send(client: TelegramClient, alert: Alert, person: User, before: AlertMessage | None) -> int:
    """The id of the message that shows the alert from now on; that of its end is none that changes."""
    if before is not None and alert.closed_at is not None:
        client.send_message(chat_id=before.chat_id, text=wording.end(alert, person))
        _reform(client, alert, person, before)
        return before.message_id
    if before is not None:
        client.take_buttons_away(chat_id=before.chat_id, message_id=before.message_id)
    text = wording.message(alert, person, clock.read())
    return client.send_message(chat_id=int(person.telegram_id or 0), text=text, markup=wording.markup(alert))


def _refresh() -> None:
    """Show how alerts stand under which somebody has pressed a button."""
    old = AlertMessage.objects.filter(shown__lt=F("alert__version")).select_related(
        "alert", "alert__acknowledged_by", "person"
    )
    for message in list(old.order_by("id")[:REFRESHED]):
        try:
            with translation.override(language_for(message.person.language)):
                delivery.deliver(message.chat_id, _reforming(message))
        except OutboundError as error:
            if error.transient:
                return
            log.info("alert_not_shown", message_id=message.pk, code=error.code)
        AlertMessage.objects.filter(pk=message.pk).update(shown=message.alert.version)


def _reforming(message: AlertMessage) -> Any:
    return lambda client: _reform(client, message.alert, message.person, message)


def _reform(client: TelegramClient, alert: Alert, person: User, message: AlertMessage) -> None:
    client.edit_message(
        chat_id=message.chat_id,
        message_id=message.message_id,
        text=wording.message(alert, person, clock.read()),
        markup=wording.markup(alert),
    )
