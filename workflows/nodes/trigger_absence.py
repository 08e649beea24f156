"""Starts a run when something has happened and what should follow did not come in time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows.event_config import Conditional, EventName
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_SECONDS = 366 * 24 * 3600


class TriggerAbsence(NodeType):
    """Per subject, once per silence, whatever restarts in between."""

    type = "trigger-absence"
    title = _("Ничего не последовало")
    description = _(
        "Запускает процесс, если после одного события за отведённое время не пришло другое о том же предмете: "
        "клиент не ответил, заказ не оплачен."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Conditional):
        after: EventName = Field(
            min_length=1,
            title=gettext_noop("После события"),
            description=gettext_noop("С него начинается ожидание, например message.sent"),
        )
        unless: EventName = Field(
            min_length=1,
            title=gettext_noop("Не пришло событие"),
            description=gettext_noop("Оно отменяет ожидание, например message.received"),
        )
        seconds: float = Field(
            gt=0,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            title=gettext_noop("Сколько ждать, с"),
            description=gettext_noop("Например 86400 — сутки"),
        )
        any_subject: bool = Field(
            default=False,
            alias="anySubject",
            title=gettext_noop("О любом предмете"),
            description=gettext_noop(
                "Ожидание одно на всех, и отменяет его событие о чём угодно: нет нужного результата"
            ),
        )
        calendar: str = Field(
            default="",
            max_length=200,
            title=gettext_noop("Рабочий календарь"),
            description=gettext_noop("Название календаря, в рабочем времени которого считать; пусто — круглосуточно"),
        )
        restart: bool = Field(
            default=True,
            title=gettext_noop("Начинать отсчёт заново"),
            description=gettext_noop("Считать время от последнего из событий, а не от первого"),
        )
        emits: EventName = Field(
            default="client.no_reply",
            min_length=1,
            title=gettext_noop("Имя события"),
            description=gettext_noop("Под каким именем записать, что ничего не последовало"),
        )

        @model_validator(mode="after")
        def _comes_to_an_end(self) -> Any:
            if self.emits in (self.after, self.unless):
                raise ValueError(
                    gettext_noop("emits не может совпадать с after или unless: событие ждало бы само себя без конца")
                )
            return self

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
