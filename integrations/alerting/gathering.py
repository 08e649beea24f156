"""From events to alerts: each event that is an alarm is counted once, one that says that it is over ends an alert."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from accounts import clock
from accounts.clock import Now
from integrations import alarms
from integrations.alert_table import Alert, AlertSighting
from integrations.alerting.ending import recovered
from integrations.events import Event

BATCH: Final = 500
LOOK_BACK: Final = timedelta(days=1)
"""What is older when it is seen first is history."""
LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('alerts', 0))"


@transaction.atomic
def gather() -> int:
    """Count the events that nobody has looked at; returns how many. One ticker does it at a time; the others leave."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return 0
    seen = Exists(AlertSighting.objects.filter(event=OuterRef("pk")))
    fresh = Event.objects.filter(~seen, name__in=alarms.WATCHED, at__gt=Now() - LOOK_BACK).order_by("at", "id")
    found = list(fresh[:BATCH])
    now = clock.read()
    for event in found:
        AlertSighting(event=event, alert=_counted(event, now)).save(force_insert=True)
    return len(found)


def _counted(event: Event, now: datetime) -> Alert | None:
    if alarms.is_recovery(event.name):
        _end(event)
        return None
    alert = _open(event)
    alert.count += 1
    alert.payload, alert.last_at = event.payload, max(alert.last_at, event.at)
    if alert.tell_at is None and alert.acknowledged_at is None:
        alert.tell_at = _soonest(alert, now)
    alert.save()
    return alert


def _open(event: Event) -> Alert:
    """The alert that is going on, or a new one. Who wanted to hear nothing of the one before hears nothing of this."""
    about = alarms.about(event.name, event.subject, event.payload)
    print_ = alarms.fingerprint(event.name, about, event.payload)
    known = Alert.objects.select_for_update(no_key=True).filter(project_id=event.project_id, fingerprint=print_)
    found = known.open().first()
    if found is not None:
        return found
    before = known.order_by("-opened_at").first()
    return Alert(
        project_id=event.project_id,
        fingerprint=print_,
        name=event.name,
        subject=about,
        opened_at=event.at,
        last_at=event.at,
        muted_until=before.muted_until if before is not None else None,
        told_at=before.told_at if before is not None else None,
    )


def _soonest(alert: Alert, now: datetime) -> datetime:
    """Not before the pause since the last message is over, nor while it is muted."""
    moments = [now]
    if alert.told_at is not None:
        moments.append(alert.told_at + timedelta(seconds=settings.ALERT_PAUSE_SECONDS))
    if alert.muted_until is not None:
        moments.append(alert.muted_until)
    return max(moments)


def _end(event: Event) -> None:
    going_on = Alert.objects.open().filter(
        project_id=event.project_id,
        name__in=alarms.ended_by(event.name),
        subject=event.subject,
        last_at__lte=event.at,
    )
    for alert_id in list(going_on.values_list("pk", flat=True)):
        recovered(alert_id)
