"""Gives its items back to whoever started the run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.node_type import Done, NodeContext, NodeType, Port


class Return(NodeType):
    """A workflow with such nodes gives back what they were given, and nothing else. They end their branches."""

    type = "return"
    title = _("Вернуть")
    description = _(
        "Отдаёт элементы тому, кто начал запуск: шагу «Рабочий процесс» другого запуска или программе. "
        "Заканчивает свою ветку."
    )
    group = "flow"
    inputs = (Port("in", _("Что вернуть")),)
    outputs = (Port("out", _("Возвращено")),)
    returns = True

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
