"""Fails when told to: for trying out retries, error ports and alarms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port, Transient


class Fail(NodeType):
    type = "fail"
    title = _("Завершить ошибкой")
    description = _("Шаг завершается ошибкой: всегда или только первые несколько попыток.")
    group = "test"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        message: str = Field(
            default=gettext_noop("Шаг остановлен намеренно"),
            max_length=1000,
            title=gettext_noop("Сообщение"),
            description=gettext_noop("Текст ошибки"),
        )
        transient: bool = Field(
            default=False,
            title=gettext_noop("Временная"),
            description=gettext_noop("Временную ошибку повторяют по настройке повторов узла, постоянную — нет"),
        )
        times: int | None = Field(
            default=None,
            ge=0,
            le=1000,
            title=gettext_noop("Сколько раз"),
            description=gettext_noop("Столько первых попыток завершатся ошибкой, потом шаг удастся; пусто — всегда"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Transient` or `Permanent` while fewer than `times` tries have failed."""
        config = context.config
        if config.times is not None and context.tries >= config.times:
            return Done({"out": context.items})
        if config.transient:
            raise Transient("failed_on_purpose", config.message)
        raise Permanent("failed_on_purpose", config.message)
