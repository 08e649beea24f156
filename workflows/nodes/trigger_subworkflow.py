"""Where a run begins that another workflow starts, in a workflow that also begins elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.node_type import Done, NodeContext, NodeType, Port


class TriggerSubworkflow(NodeType):
    """Without it a run that a step of another one starts begins at every trigger of the workflow."""

    type = "trigger-subworkflow"
    title = _("Вызов из другого процесса")
    description = _("С этого узла начинается запуск, который начал узел другого рабочего процесса.")
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
