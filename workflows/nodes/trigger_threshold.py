"""Starts a run when something has happened too often."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows.event_config import Conditional, EventMask, EventName, covers
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_SECONDS = 366 * 24 * 3600
MAX_COUNT = 10_000


class TriggerThreshold(NodeType):
    """Once on crossing; then not again before it has recovered, which is an event too: the name and `.recovered`."""

    type = "trigger-threshold"
    title = _("Слишком часто")
    description = _(
        "Запускает процесс, когда об одном предмете за отведённое время пришло столько событий; снова — только после "
        "того, как их стало меньше."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Conditional):
        event: EventMask = Field(
            title=gettext_noop("Событие"),
            description=gettext_noop("Какие события считать, например email.opened"),
        )
        count: int = Field(
            ge=1,
            le=MAX_COUNT,
            title=gettext_noop("Сколько событий"),
            description=gettext_noop("При скольких событиях об одном предмете начинать"),
        )
        window_seconds: float = Field(
            gt=0,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            alias="windowSeconds",
            title=gettext_noop("За сколько секунд"),
            description=gettext_noop("Старше этого события не считаются"),
        )
        recover_at: int = Field(
            default=0,
            ge=0,
            alias="recoverAt",
            title=gettext_noop("Когда прошло"),
            description=gettext_noop("При скольких событиях за то же время считать, что прошло; меньше порога"),
        )
        reset: EventName = Field(
            default="",
            title=gettext_noop("Забыть после события"),
            description=gettext_noop("Событие о том же предмете, после которого счёт начинается заново"),
        )
        emits: EventName = Field(
            default="threshold.crossed",
            min_length=1,
            title=gettext_noop("Имя события"),
            description=gettext_noop("Под каким именем записать, что порог пройден"),
        )

        @model_validator(mode="after")
        def _can_recover(self) -> Any:
            if self.recover_at >= self.count:
                raise ValueError(gettext_noop("recoverAt должно быть меньше count"))
            return self

        @model_validator(mode="after")
        def _comes_to_an_end(self) -> Any:
            if any(covers(self.event, name) for name in (self.emits, f"{self.emits}.recovered")):
                raise ValueError(gettext_noop("emits не может подходить под event: событие считало бы само себя"))
            return self

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
