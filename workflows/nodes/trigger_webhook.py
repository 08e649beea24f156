"""An address of one's own: whoever calls it, and proves that they may, starts a run."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations.credential_kinds import BASIC, BEARER, HEADER
from workflows import node_type
from workflows.answer_config import AnswerField, AnswerMode, AnswerWaitField
from workflows.credential_field import CredentialField, CredentialRef
from workflows.event_config import EventName, own_name
from workflows.node_type import Done, Item, NodeContext, NodeType, Port, routed

PATH_LENGTH = 200
OLD_PATH = r"^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$"
"""What `/webhook/` is followed by: parts of an address that need no escapes."""


class TriggerWebhook(NodeType):
    """The address stays the same over all versions of the workflow. A call that says who it is twice is one call."""

    type = "trigger-webhook"
    title = _("Вебхук")
    description = _(
        "Запускает процесс, когда вызван его адрес /hooks/…. Вызов выходит элементом {method, query, headers, body}. "
        "Кто вызывает, доказывает это: по умолчанию подписью с временем."
    )
    group = "flow"
    inputs = ()
    outputs = (
        Port("out", _("Выход")),
        Port("get", _("Вызов GET")),
        Port("post", _("Вызов POST")),
        Port("put", _("Вызов PUT")),
    )
    starts = True

    class Config(node_type.Config):
        event: EventName = own_name("webhook.received")
        methods: tuple[Literal["GET", "POST", "PUT"], ...] = Field(
            default=("POST",),
            min_length=1,
            title=gettext_noop("Методы"),
            description=gettext_noop("Какими методами HTTP можно вызвать адрес"),
        )
        proof: Literal["signed", "sender", "header", "basic", "none"] = Field(
            default="signed",
            title=gettext_noop("Доказательство"),
            description=gettext_noop(
                "signed — подпись webhook-id.webhook-timestamp.тело, sender — подпись тела по правилам отправителя, "
                "header — секретный заголовок, basic — логин и пароль, none — достаточно знать адрес"
            ),
        )
        credential: CredentialRef | None = CredentialField(BEARER, HEADER, BASIC)
        signature_header: str = Field(
            default="X-Hub-Signature-256",
            alias="signatureHeader",
            max_length=100,
            title=gettext_noop("Заголовок подписи"),
            description=gettext_noop("Для sender: в каком заголовке отправитель шлёт подпись"),
        )
        algorithm: Literal["sha1", "sha256", "sha512"] = Field(
            default="sha256",
            title=gettext_noop("Алгоритм подписи"),
            description=gettext_noop("Для sender: каким хешем подписывает отправитель"),
        )
        encoding: Literal["hex", "base64"] = Field(
            default="hex",
            title=gettext_noop("Запись подписи"),
            description=gettext_noop("Для sender: как записана подпись"),
        )
        answer: AnswerMode = AnswerField()
        result: Literal["report", "first", "all", "file"] = Field(
            default="report",
            title=gettext_noop("Что отвечать в конце"),
            description=gettext_noop(
                "Для finished: report — {executionId, status, output}, first — первый элемент, all — все элементы, "
                "file — файл первого элемента"
            ),
        )
        item: Literal["call", "body"] = Field(
            default="call",
            title=gettext_noop("Что выходит"),
            description=gettext_noop("call — {method, query, headers, body}, body — только тело, если это объект"),
        )
        wait_seconds: float = AnswerWaitField()
        by_method: bool = Field(
            default=False,
            alias="byMethod",
            title=gettext_noop("Выход по методу"),
            description=gettext_noop("Вызов выходит через get, post или put, а не через общий выход"),
        )
        path: str = Field(
            default="",
            max_length=PATH_LENGTH,
            pattern=OLD_PATH,
            title=gettext_noop("Прежний адрес"),
            description=gettext_noop(
                "Под каким адресом процесс был известен в n8n: вызов /webhook/… запускает его тоже"
            ),
        )
        dedup_field: str = Field(
            default="",
            max_length=PATH_LENGTH,
            alias="dedupField",
            title=gettext_noop("Поле от повторов"),
            description=gettext_noop("Путь в теле к номеру, по которому узнаётся повтор, например data.id"),
        )
        subject_field: str = Field(
            default="",
            max_length=PATH_LENGTH,
            alias="subjectField",
            title=gettext_noop("Поле предмета"),
            description=gettext_noop("Путь в теле к тому, о ком или о чём вызов, например order.id"),
        )
        per_minute: int = Field(
            default=600,
            ge=1,
            le=60_000,
            alias="perMinute",
            title=gettext_noop("Вызовов в минуту"),
            description=gettext_noop("Сколько вызовов в минуту принимать с одного адреса"),
        )
        max_bytes: int = Field(
            default=1_000_000,
            ge=1,
            le=5_000_000,
            alias="maxBytes",
            title=gettext_noop("Предел тела, байт"),
            description=gettext_noop("Тело длиннее этого не принимается"),
        )

        @model_validator(mode="after")
        def _can_be_proved(self) -> Any:
            if self.proof != "none" and self.credential is None:
                raise ValueError(gettext_noop("выберите учётные данные с секретом или доказательство none"))
            return self

    def run(self, context: NodeContext) -> Done:
        if context.config.item == "body":
            return Done({"out": [_body(item) for item in context.items]})
        if not context.config.by_method:
            return Done({"out": context.items})
        return routed((_port(item), index, item) for index, item in enumerate(context.items))


def _body(item: Item) -> Item:
    body = item.get("body", item)
    return body if isinstance(body, dict) else item


def _port(item: Item) -> str:
    method = str(item.get("method", "")).lower()
    return method if method in ("get", "post", "put") else "out"
