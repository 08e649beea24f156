"""Does nothing: what comes in goes out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.node_type import Done, NodeContext, NodeType, Port


class Noop(NodeType):
    type = "noop"
    title = _("Ничего не делать")
    description = _("Пропускает данные без изменений: место для развилки, слияния или будущего шага.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
