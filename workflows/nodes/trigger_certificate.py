"""Looks at the certificate of a server from time to time, and starts a run when it is about to end."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.poll_config import PeriodField

HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"


class TriggerCertificate(NodeType):
    """Once per certificate and threshold; that a new one is there is the event `ssl.renewed`."""

    type = "trigger-certificate"
    title = _("Истекает SSL-сертификат")
    description = _(
        "Смотрит на сертификат сервера и запускает процесс за 30, 14, 7, 3 и 1 день до его конца: один раз на каждый "
        "срок и сертификат. Когда сертификат заменён, записывается событие ssl.renewed."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(node_type.Config):
        host: str = Field(
            max_length=253,
            pattern=HOST,
            title=gettext_noop("Сервер"),
            description=gettext_noop("Имя без https://, например example.org"),
        )
        port: int = Field(
            default=443,
            ge=1,
            le=65_535,
            title=gettext_noop("Порт"),
            description=gettext_noop("Порт, на котором сервер отвечает по TLS"),
        )
        days: tuple[Annotated[int, Field(ge=0, le=365)], ...] = Field(
            default=(30, 14, 7, 3, 1),
            min_length=1,
            max_length=20,
            title=gettext_noop("За сколько дней"),
            description=gettext_noop("За сколько дней до конца предупреждать"),
        )
        every_seconds: float = PeriodField(6 * 3600, least=60)

        @field_validator("host")
        @classmethod
        def _one_spelling(cls, host: str) -> str:
            return host.lower()

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
