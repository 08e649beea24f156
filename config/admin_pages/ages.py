"""How long ago something was, in words short enough for a table."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

NOTHING = "—"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def age(moment: datetime | None, now: datetime) -> str:
    """The time from `moment` to `now`; a dash for what has not been."""
    return NOTHING if moment is None else spelled((now - moment).total_seconds())


def spelled(seconds: float | None) -> str:
    """Seconds with the one or two units that matter; never less than nothing."""
    if seconds is None:
        return NOTHING
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return _("%(seconds)s с") % {"seconds": whole}
    if whole < HOUR:
        return _("%(minutes)s мин") % {"minutes": whole // MINUTE}
    if whole < DAY:
        return _("%(hours)s ч %(minutes)s мин") % {"hours": whole // HOUR, "minutes": whole % HOUR // MINUTE}
    return _("%(days)s д %(hours)s ч") % {"days": whole // DAY, "hours": whole % DAY // HOUR}
