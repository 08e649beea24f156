"""Rests before the run goes on; while it rests it is a row in the database and holds no worker."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, Field, model_validator

from workflows import node_type
from workflows.node_type import NodeContext, NodeType, Port, Wait

MAX_SECONDS = 366 * 24 * 3600


class Delay(NodeType):
    type = "delay"
    title = _("Подождать")
    description = _(
        "Останавливает ветку на заданное число секунд или до заданного времени, затем передаёт данные дальше."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        seconds: float | None = Field(
            default=None,
            ge=0,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            title=gettext_noop("Секунд"),
            description=gettext_noop("Сколько секунд ждать"),
        )
        until: AwareDatetime | None = Field(
            default=None,
            title=gettext_noop("До какого времени"),
            description=gettext_noop("Время с часовым поясом, например 2026-03-01T09:00:00+03:00"),
        )

        @model_validator(mode="after")
        def _one_of_two(self) -> Any:
            if (self.seconds is None) == (self.until is None):
                raise ValueError(gettext_noop("Укажите одно из двух: seconds или until"))
            return self

    def run(self, context: NodeContext) -> Wait:
        """The first item's config decides for the whole step."""
        config = context.config
        return Wait(seconds=config.seconds, until=config.until)
