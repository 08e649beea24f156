"""Ends its branch, or the whole run with an error."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port


class Stop(NodeType):
    """Its output fires only when it fails and the node's `onError` is `continue`: every node has a first output."""

    type = "stop"
    title = _("Остановить")
    description = _("Заканчивает свою ветку или весь запуск с ошибкой, с сообщением для людей.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Если после ошибки продолжают")),)

    class Config(node_type.Config):
        how: Literal["branch", "fail"] = Field(
            default="branch",
            title=gettext_noop("Что остановить"),
            description=gettext_noop("branch — только эту ветку, без ошибки; fail — весь запуск, с ошибкой"),
        )
        message: str = Field(
            default="",
            max_length=1000,
            title=gettext_noop("Сообщение"),
            description=gettext_noop("Почему остановлено: текст ошибки или строка журнала"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent("stopped_on_purpose")` when it has to fail. The first item's config decides."""
        config = context.config
        if config.how == "fail":
            message = config.message or _("Запуск остановлен узлом «Остановить»")
            raise Permanent("stopped_on_purpose", message)
        if config.message:
            context.log.info(gettext_noop("Ветка закончена: %(words)s"), words=config.message)
        return Done({})
