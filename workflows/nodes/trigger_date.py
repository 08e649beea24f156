"""Starts a run at a date that an event has told of, or so long before or after it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator, model_validator

from workflows.event_config import Conditional, EventName
from workflows.items import paths
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_SECONDS = 3660 * 24 * 3600


class TriggerDate(NodeType):
    """Per subject the newest date counts: one that was moved starts one run, at its new time."""

    type = "trigger-date"
    title = _("Наступила дата")
    description = _(
        "Запускает процесс к дате из события: кончается договор, пробный период, скидка, срок задачи. Смещение — "
        "насколько позже (или раньше, если меньше нуля)."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Conditional):
        event: EventName = Field(
            min_length=1,
            title=gettext_noop("Событие с датой"),
            description=gettext_noop("Из какого события узнать дату, например contract.signed"),
        )
        field: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Поле с датой"),
            description=gettext_noop("Путь к дате в событии, например payload.endsAt"),
        )
        offset_seconds: float = Field(
            default=0,
            ge=-MAX_SECONDS,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            alias="offsetSeconds",
            title=gettext_noop("Смещение, с"),
            description=gettext_noop("-604800 — за неделю до даты, 0 — в этот момент"),
        )
        cancel: EventName = Field(
            default="",
            title=gettext_noop("Отменяющее событие"),
            description=gettext_noop(
                "Событие о том же предмете, после которого дата не важна, например task.completed"
            ),
        )
        emits: EventName = Field(
            default="entity.term_expired",
            min_length=1,
            title=gettext_noop("Имя события"),
            description=gettext_noop("Под каким именем записать, что дата наступила"),
        )

        @field_validator("field")
        @classmethod
        def _is_a_path(cls, field: str) -> str:
            paths.parse(field)
            return field

        @model_validator(mode="after")
        def _comes_to_an_end(self) -> Any:
            if self.emits == self.event:
                raise ValueError(gettext_noop("emits не может совпадать с event: дата наступала бы без конца"))
            return self

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
