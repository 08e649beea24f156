"""Starts a run when another run has failed."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.event_config import Conditional
from workflows.node_type import Done, NodeContext, NodeType, Port


class TriggerError(NodeType):
    """A run that it starts tells of no failure in its turn, however it ends."""

    type = "trigger-error"
    title = _("Ошибка запуска")
    description = _(
        "Запускает процесс, когда другой запуск закончился ошибкой: любой запуск проекта или только тех процессов, "
        "у которых этот указан обработчиком ошибок."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Conditional):
        listen: Literal["named", "project"] = Field(
            default="named",
            title=gettext_noop("Чьи ошибки"),
            description=gettext_noop(
                "named — процессов, у которых этот указан обработчиком ошибок; project — всех процессов проекта"
            ),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
