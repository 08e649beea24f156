"""PURE: events of the group `timed`: moments, intervals, terms."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from integrations.event_types.shape import EventType, Kind, optional, required

GROUP: Final = "timed"
TITLE: Final = _("Время и расписание")

TYPES: Final = (
    EventType(
        "time.moment",
        _("Наступил день или час"),
        GROUP,
        Kind.SCHEDULE,
        subject="workflow",
        dedup="scheduledAt",
        bullets=(35,),
        fields=(
            required("scheduledAt", "date-time", "2026-03-02T09:00:00+03:00"),
            optional("workflow", "string", "WF-01"),
        ),
    ),
    EventType(
        "time.hourly",
        _("Прошёл час"),
        GROUP,
        Kind.SCHEDULE,
        subject="workflow",
        dedup="scheduledAt",
        bullets=(36,),
        fields=(
            required("scheduledAt", "date-time", "2026-03-02T10:00:00+03:00"),
            optional("workflow", "string", "WF-01"),
        ),
    ),
    EventType(
        "time.daily",
        _("Ежедневный или еженедельный срок"),
        GROUP,
        Kind.SCHEDULE,
        subject="workflow",
        dedup="scheduledAt",
        bullets=(37,),
        fields=(
            required("scheduledAt", "date-time", "2026-03-02T00:00:00+03:00"),
            optional("workflow", "string", "WF-01"),
        ),
    ),
    EventType(
        "entity.term_expired",
        _("Истёк срок скидки, пробного периода или договора"),
        GROUP,
        Kind.DATE,
        subject="id",
        dedup="id:endsAt",
        bullets=(38,),
        fields=(
            required("id", "string", "contract-1"),
            required("endsAt", "date-time", "2026-03-01T00:00:00+03:00"),
            optional("kind", "string", "contract"),
        ),
    ),
)
