"""Tells that something has happened: other workflows may begin by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.event_names import MAX_DEDUPE_KEY, MAX_SUBJECT
from workflows import node_type
from workflows.event_config import EventName
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port
from workflows.notes import Happening

MOST = 1000
"""Events that one step may tell of: each is a row, and may start runs of its own."""


class EmitEvent(NodeType):
    """The event is written with the step's result: once, or not at all."""

    type = "emit-event"
    title = _("Сообщить о событии")
    description = _(
        "Записывает событие для каждого элемента: по нему начнутся процессы с триггером «Событие» и проснутся узлы, "
        "которые его ждут. Элементы идут дальше."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        event: EventName = Field(
            min_length=1,
            title=gettext_noop("Событие"),
            description=gettext_noop("Имя события, например order.paid: строчные латинские буквы, цифры, точки, _ и -"),
        )
        subject: str = Field(
            default="",
            max_length=MAX_SUBJECT,
            coerce_numbers_to_str=True,
            title=gettext_noop("Предмет"),
            description=gettext_noop("О ком или о чём событие, например {{ $json.orderId }}"),
        )
        payload: dict[str, Any] | None = Field(
            default=None,
            title=gettext_noop("Содержание"),
            description=gettext_noop("Объект с подробностями; пусто — сам элемент"),
        )
        dedupe_key: str = Field(
            default="",
            max_length=MAX_DEDUPE_KEY,
            alias="dedupKey",
            coerce_numbers_to_str=True,
            title=gettext_noop("Ключ от повторов"),
            description=gettext_noop("Событие с тем же именем и ключом записывается один раз"),
        )

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return True

    def run(self, context: NodeContext) -> Done:
        if len(context.items) > MOST:
            raise Permanent(
                "too_many_events",
                gettext_noop("Слишком много событий на одном шаге: %(count)s, можно не больше %(limit)s"),
                count=len(context.items),
                limit=MOST,
            )
        notes = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            payload = item if config.payload is None else config.payload
            notes.append(Happening(config.event, config.subject, payload, config.dedupe_key))
        return Done({"out": context.items}, notes=tuple(notes))
