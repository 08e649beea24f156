"""Starts runs by itself at set times, once the workflow is published."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, Field, field_validator, model_validator

from workflows import node_type
from workflows.graph import crontab
from workflows.graph.fields import TimeZoneName
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_SECONDS = 366 * 24 * 3600


class TriggerSchedule(NodeType):
    """When this is published its schedule becomes a periodic task, which the engine keeps in step with it.

    A run that it starts begins here and at no other trigger; it hands the run's input data on.
    """

    type = "trigger-schedule"
    title = _("Расписание")
    description = _("Запускает опубликованный процесс по расписанию: по crontab, через равные промежутки или один раз.")
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(node_type.Config):
        crontab: str | None = Field(
            default=None,
            title=gettext_noop("Расписание crontab"),
            description=gettext_noop("Минуты, часы, дни месяца, месяцы, дни недели, например 0 9 * * 1-5"),
        )
        every_seconds: int | None = Field(
            default=None,
            ge=1,
            le=MAX_SECONDS,
            alias="everySeconds",
            title=gettext_noop("Каждые … секунд"),
            description=gettext_noop("Промежуток между запусками в секундах"),
        )
        at: AwareDatetime | None = Field(
            default=None,
            title=gettext_noop("Один раз"),
            description=gettext_noop("Время с часовым поясом, например 2026-03-01T09:00:00+03:00"),
        )
        time_zone: TimeZoneName | None = Field(
            default=None,
            alias="timeZone",
            title=gettext_noop("Часовой пояс"),
            description=gettext_noop("Название IANA, например Europe/Moscow; без него — пояс сервера"),
        )
        missed: Literal["skip", "last", "all"] = Field(
            default="last",
            title=gettext_noop("Пропущенные запуски"),
            description=gettext_noop("skip — не навёрстывать, last — только последний, all — все, но не больше 100"),
        )
        overlap: Literal["allow", "skip", "queue"] = Field(
            default="allow",
            title=gettext_noop("Если прошлый запуск не закончен"),
            description=gettext_noop("allow — начать ещё один, skip — пропустить, queue — начать после него"),
        )
        input_data: dict[str, Any] = Field(
            default_factory=dict,
            alias="inputData",
            title=gettext_noop("Входные данные"),
            description=gettext_noop("Объект, с которым начинается запуск; к нему добавляется scheduledAt"),
        )

        @field_validator("crontab")
        @classmethod
        def _readable(cls, text: str | None) -> str | None:
            if text is not None:
                crontab.parse(text)
            return text

        @model_validator(mode="after")
        def _one_of_three(self) -> Any:
            if [self.crontab, self.every_seconds, self.at].count(None) != 2:
                raise ValueError(gettext_noop("Укажите одно из трёх: crontab, everySeconds или at"))
            return self

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
