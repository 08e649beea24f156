"""Starts a run when something has happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.event_names import MAX_SUBJECT
from workflows.event_config import Conditional, EventMask
from workflows.node_type import Done, NodeContext, NodeType, Port


class TriggerEvent(NodeType):
    """Every event starts at most one run here, however often it is told."""

    type = "trigger-event"
    title = _("Событие")
    description = _(
        "Запускает опубликованный процесс, когда что-то произошло. Событие выходит элементом "
        "{event, subject, payload, at}. Почему событие не подошло, видно в журнале событий."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Conditional):
        event: EventMask = Field(
            title=gettext_noop("Событие"),
            description=gettext_noop("Имя события, например payment.received, или начало имён: ticket.*"),
        )
        subject: str = Field(
            default="",
            max_length=MAX_SUBJECT,
            coerce_numbers_to_str=True,
            title=gettext_noop("Предмет"),
            description=gettext_noop("О ком или о чём событие; пусто — о чём угодно"),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
