"""How often something is repeated, as people say it: django-celery-beat puts a number beside a word of any case."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import IntervalSchedule

_EVERY_ONE: Final = {
    IntervalSchedule.MICROSECONDS: _("каждую микросекунду"),
    IntervalSchedule.SECONDS: _("каждую секунду"),
    IntervalSchedule.MINUTES: _("каждую минуту"),
    IntervalSchedule.HOURS: _("каждый час"),
    IntervalSchedule.DAYS: _("каждый день"),
}
_EVERY: Final = {
    IntervalSchedule.MICROSECONDS: (
        _("каждые %(every)d микросекунду"),
        _("каждые %(every)d микросекунды"),
        _("каждые %(every)d микросекунд"),
    ),
    IntervalSchedule.SECONDS: (
        _("каждые %(every)d секунду"),
        _("каждые %(every)d секунды"),
        _("каждые %(every)d секунд"),
    ),
    IntervalSchedule.MINUTES: (
        _("каждые %(every)d минуту"),
        _("каждые %(every)d минуты"),
        _("каждые %(every)d минут"),
    ),
    IntervalSchedule.HOURS: (_("каждые %(every)d час"), _("каждые %(every)d часа"), _("каждые %(every)d часов")),
    IntervalSchedule.DAYS: (_("каждые %(every)d день"), _("каждые %(every)d дня"), _("каждые %(every)d дней")),
}
"""By the case that Russian asks for beside 21, 22 and 25; to languages without cases all three are the same plural."""


def in_words(interval: IntervalSchedule) -> str:
    """The interval in the reader's language, beginning with a small letter."""
    if interval.every == 1:
        return str(_EVERY_ONE[interval.period])
    return str(_EVERY[interval.period][_case(interval.every)] % {"every": interval.every})


def _case(number: int) -> int:
    """PURE: which of the three forms of a Russian word stands beside the number."""
    if number % 100 in range(11, 15):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)
