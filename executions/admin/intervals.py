"""How often something is repeated, as people say it: django-celery-beat puts a number beside a word of any case."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_celery_beat.models import IntervalSchedule

_EVERY_ONE: Final = {
    IntervalSchedule.MICROSECONDS: _("каждую микросекунду"),
    IntervalSchedule.SECONDS: _("каждую секунду"),
    IntervalSchedule.MINUTES: _("каждую минуту"),
    IntervalSchedule.HOURS: _("каждый час"),
    IntervalSchedule.DAYS: _("каждый день"),
}


def in_words(interval: IntervalSchedule) -> str:
    """The interval in the reader's language, beginning with a small letter."""
    every = interval.every
    if every == 1:
        return str(_EVERY_ONE[interval.period])
    many = {
        IntervalSchedule.MICROSECONDS: ngettext("каждые %(every)d микросекунду", "каждые %(every)d микросекунд", every),
        IntervalSchedule.SECONDS: ngettext("каждые %(every)d секунду", "каждые %(every)d секунд", every),
        IntervalSchedule.MINUTES: ngettext("каждые %(every)d минуту", "каждые %(every)d минут", every),
        IntervalSchedule.HOURS: ngettext("каждые %(every)d час", "каждые %(every)d часов", every),
        IntervalSchedule.DAYS: ngettext("каждые %(every)d день", "каждые %(every)d дней", every),
    }
    return many[interval.period] % {"every": every}
