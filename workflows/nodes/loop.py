"""Runs its body for every item, or for batches of them, one after the other."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Pass, Permanent, Port

MAX_BATCH = 100_000
MAX_PASSES = 10_000


class Loop(NodeType):
    """Everything that only the port `loop` reaches is the body; what it leads back to this node comes out at `done`."""

    type = "loop"
    title = _("Цикл")
    description = _("Повторяет свои узлы для каждого элемента или пачки, а потом отдаёт всё, что они вернули")
    group = "flow"
    inputs = (Port("in", _("Элементы")),)
    outputs = (Port("loop", _("Проход")), Port("done", _("Готово")))
    loops = True

    class Config(node_type.Config):
        batch_size: int = Field(
            default=1,
            ge=1,
            le=MAX_BATCH,
            alias="batchSize",
            title=gettext_noop("Размер пачки"),
            description=gettext_noop("Сколько элементов идёт в один проход"),
        )
        max_iterations: int = Field(
            default=1000,
            ge=1,
            le=MAX_PASSES,
            alias="maxIterations",
            title=gettext_noop("Предел проходов"),
            description=gettext_noop("Если проходов понадобится больше, узел завершится с ошибкой loop_limit"),
        )

    def run(self, context: NodeContext) -> Done | Pass:
        sent, passes = context.progress or (0, 0)
        if sent >= len(context.items):
            returned = context.returned
            return Done({"done": context.items if returned is None else returned})
        if passes >= context.config.max_iterations:
            raise Permanent(
                "loop_limit",
                _("Проходов нужно больше, чем разрешает maxIterations: увеличьте его или размер пачки"),
                limit=context.config.max_iterations,
            )
        batch = context.items[sent : sent + context.config.batch_size]
        return Pass(items=batch, progress=[sent + len(batch), passes + 1])
