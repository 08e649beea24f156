"""What messages about alerts say, as Telegram's HTML, in the language of the moment and by the reader's clock."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from integrations import event_types
from integrations.alert_table import Alert
from integrations.alerting import buttons
from integrations.telegram import keyboard
from integrations.telegram.keyboard import Button

LONGEST: Final = 500


def title(alert: Alert) -> str:
    """What has happened, and to whom."""
    known = event_types.ALL.get(alert.name)
    what = str(known.title) if known is not None else alert.name
    return f"<b>{escape(what)}</b>" + (f": {escape(alert.subject)}" if alert.subject else "")


def message(alert: Alert, reader: User, now: datetime) -> str:
    """How it stands."""
    lines = [f"{_mark(alert)} {title(alert)}", escape(_why(alert.payload)), _course(alert, reader)]
    if alert.closed_at is not None:
        lines.append(str(alert.get_ending_display()) + f", {_moment(alert.closed_at, reader)}")
    elif alert.acknowledged_at is not None:
        who = str(alert.acknowledged_by or "")
        lines.append(
            _("Принял(а): %(who)s, %(when)s") % {"who": escape(who), "when": _moment(alert.acknowledged_at, reader)}
        )
    elif alert.muted_until is not None and alert.muted_until > now:
        lines.append(_("Тихо до %(when)s") % {"when": _moment(alert.muted_until, reader)})
    lines.append(_page(alert))
    return "\n".join(line for line in lines if line)


def end(alert: Alert, reader: User) -> str:
    """That it is over."""
    return f"🟢 {alert.get_ending_display()}: {title(alert)}\n{_course(alert, reader)}"


def markup(alert: Alert) -> dict[str, Any]:
    """The buttons; none once it is over, and none to take on what somebody looks after."""
    if alert.closed_at is not None:
        return keyboard.buttons([])
    take = [] if alert.acknowledged_at is not None else [_button(_("Принято"), buttons.ACKNOWLEDGE, alert)]
    mutes = [_button(_("Тихо 1 час"), buttons.HOUR, alert), _button(_("Тихо сутки"), buttons.DAY, alert)]
    return keyboard.buttons([take, mutes])


def _button(text: str, verb: str, alert: Alert) -> Button:
    return Button(text, data=buttons.data_for(verb, alert.pk))


def _mark(alert: Alert) -> str:
    if alert.closed_at is not None:
        return "🟢"
    return "🟡" if alert.acknowledged_at is not None else "🔴"


def _why(payload: Mapping[str, Any]) -> str:
    error = payload.get("error")
    found = error.get("message") or error.get("code") if isinstance(error, Mapping) else error or payload.get("reason")
    return str(found or "")[:LONGEST]


def _course(alert: Alert, reader: User) -> str:
    values = {
        "count": alert.count,
        "first": _moment(alert.opened_at, reader),
        "last": _moment(alert.last_at, reader),
    }
    return _("Сколько раз: %(count)s, с %(first)s по %(last)s") % values


def _page(alert: Alert) -> str:
    """Telegram refuses links to hosts that it cannot reach."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    is_public = "." in host and not host.replace(".", "").isdigit()
    return f"{settings.PUBLIC_URL}/admin/integrations/alert/{alert.pk}/change/" if is_public else ""


def _moment(at: datetime, reader: User) -> str:
    return f"{at.astimezone(zoneinfo.ZoneInfo(reader.time_zone)):%d.%m %H:%M}"
