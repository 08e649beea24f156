"""How alerts end: somebody says that it is well again, or nothing has been heard of it for a while."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from accounts import clock
from accounts.clock import Now
from integrations.alert_table import Alert


def recovered(alert_id: uuid.UUID) -> bool:
    """What the alert is about is well again. False when it was over before."""
    return ending(alert_id, Alert.Ending.RECOVERED)


@transaction.atomic
def ending(alert_id: uuid.UUID, how: Alert.Ending) -> bool:
    """The alert is over; who has been told of it is told that, too. False when it was over before."""
    alert = Alert.objects.select_for_update(no_key=True).open().filter(pk=alert_id).first()
    if alert is None:
        return False
    now = clock.read()
    told = alert.messages.exists()
    alert.closed_at, alert.ending, alert.version = now, how, alert.version + 1
    alert.tell_at = now if told else None
    alert.save()
    return True


def open_alerts(*names: str) -> QuerySet[Alert]:
    """The alerts of these events that are going on, the oldest first."""
    return Alert.objects.open().filter(name__in=names).order_by("last_at", "id")


def end_quiet() -> int:
    """End the alerts of which nothing has been heard for `ALERT_QUIET_HOURS`; returns how many. For the ticker."""
    quiet = Alert.objects.open().filter(last_at__lt=Now() - timedelta(hours=settings.ALERT_QUIET_HOURS))
    return sum(ending(alert_id, Alert.Ending.QUIET) for alert_id in list(quiet.values_list("pk", flat=True)[:100]))


def prune(limit: int) -> int:
    """Forget at most `limit` alerts that ended before the events of their time were forgotten; returns how many."""
    old = Alert.objects.filter(closed_at__lt=Now() - timedelta(days=settings.EVENT_RETENTION_DAYS))
    _rows, kinds = Alert.objects.filter(pk__in=old.order_by(F("closed_at")).values("pk")[:limit]).delete()
    return kinds.get(Alert._meta.label, 0)
