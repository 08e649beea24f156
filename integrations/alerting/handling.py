"""What people do with alerts: take one on, or wish to hear nothing of it for a while."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts import services as accounts
from accounts.errors import DomainError
from integrations.alert_table import Alert
from integrations.alerting import buttons
from integrations.errors import AlertNotFound, AlertOver

LONGEST_MUTE_SECONDS: Final = 30 * 24 * 3600


def visible_to(user: Any) -> QuerySet[Alert]:
    """Alerts of the projects in which `user` may see events, the newest first."""
    return Alert.objects.visible_to(user).select_related("project", "acknowledged_by")


def find(alert_id: str, *, user: Any) -> Alert:
    """The alert of this id; raises `AlertNotFound`."""
    try:
        found = visible_to(user).filter(pk=uuid.UUID(alert_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise AlertNotFound
    return found


@transaction.atomic
def acknowledge(alert_id: uuid.UUID, *, user: Any) -> Alert:
    """Somebody looks after it: nothing more is told until it is over.

    Raises `AlertNotFound`, `AlertOver`, `Forbidden`.
    """
    alert = _held(alert_id, user)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by, alert.tell_at = clock.read(), _person(user), None
        _reshape(alert)
    return alert


@transaction.atomic
def mute(alert_id: uuid.UUID, *, user: Any, seconds: float) -> Alert:
    """Say nothing of it for so long, also when it comes back meanwhile. Raises as `acknowledge` does."""
    alert = _held(alert_id, user)
    alert.muted_until = clock.read() + timedelta(seconds=min(seconds, LONGEST_MUTE_SECONDS))
    if alert.tell_at is not None:
        alert.tell_at = max(alert.tell_at, alert.muted_until)
    _reshape(alert)
    return alert


def press(words: str, *, user: Any) -> str:
    """Do what a button under a message about an alert says; returns what the press is answered."""
    pressed = buttons.read(words)
    if pressed is None:
        return _("Кнопка устарела")
    try:
        if pressed.verb == buttons.ACKNOWLEDGE:
            acknowledge(pressed.alert_id, user=user)
            return _("Тревога принята")
        mute(pressed.alert_id, user=user, seconds=buttons.MUTES[pressed.verb])
    except DomainError as refusal:
        return str(refusal.message)
    return _("Тихо: об этой тревоге пока не сообщаем")


def _held(alert_id: uuid.UUID, user: Any) -> Alert:
    found = Alert.objects.visible_to(user).select_for_update(no_key=True, of=("self",)).filter(pk=alert_id).first()
    if found is None:
        raise AlertNotFound
    accounts.require(user, "alert.handle", found.project_id)
    if found.closed_at is not None:
        raise AlertOver
    return found


def _reshape(alert: Alert) -> None:
    """The messages about it get another form."""
    alert.version += 1
    alert.save()


def _person(user: Any) -> Any:
    return user if getattr(user, "pk", None) is not None else None
