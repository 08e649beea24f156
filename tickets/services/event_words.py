"""What people call the events that tickets tell of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.lifecycle import Happening
from tickets.models.desk import VERB_NAMES
from tickets.services import clockwork, history, talk

_WORDS: Final[Mapping[str, Any]] = {
    **{name: VERB_NAMES[verb] for verb, name in history.EVENT_NAMES.items()},
    history.CLOSED: gettext_lazy("Завершена или отменена"),
    talk.COMMENTED: VERB_NAMES[Happening.COMMENT],
    clockwork.UNCLAIMED: gettext_lazy("Никто не берёт"),
    clockwork.PROMISE: VERB_NAMES[Happening.PROMISE],
    clockwork.OVERDUE: gettext_lazy("Срок вышел"),
}


def title_of(event: str) -> str:
    """The event's name in the reader's language; empty where tickets tell of no such event."""
    words = str(_WORDS.get(event, ""))
    return _("Заявка: %(what)s") % {"what": words[0].lower() + words[1:]} if words else ""
