"""Looks at a site from time to time, and starts a run when it is down or slow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.poll_config import PeriodField


class TriggerSite(NodeType):
    """Once when it goes down; that it is up again is the event `site.recovered`."""

    type = "trigger-site"
    title = _("Сайт не работает")
    description = _(
        "Проверяет адрес и запускает процесс, когда несколько раз подряд он не ответил, ответил ошибкой или слишком "
        "медленно. Когда сайт снова работает, записывается событие site.recovered."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(node_type.Config):
        url: str = Field(
            min_length=8,
            max_length=2000,
            pattern=r"^https?://",
            title=gettext_noop("Адрес"),
            description=gettext_noop("Что проверять, например https://example.org"),
        )
        every_seconds: float = PeriodField(60)
        slow_seconds: float = Field(
            default=10,
            gt=0,
            le=60,
            alias="slowSeconds",
            title=gettext_noop("Медленно, с"),
            description=gettext_noop("Ответ дольше этого — то же, что ошибка"),
        )
        failures: int = Field(
            default=3,
            ge=1,
            le=100,
            title=gettext_noop("Сколько раз подряд"),
            description=gettext_noop(
                "После скольких плохих проверок сайт не работает, и после скольких хороших — снова"
            ),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
