"""Sleeps until something happens, or until it has waited long enough; meanwhile it is a row and holds no worker."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, Field, field_validator, model_validator

from integrations.event_names import MAX_NAME, MAX_SUBJECT, PATTERN
from workflows import node_type
from workflows.node_type import NodeContext, NodeType, Port, Wait
from workflows.term_field import TermField


class WaitEvent(NodeType):
    type = "wait-event"
    title = _("Дождаться события")
    description = _(
        "Останавливает ветку, пока не придёт событие. Оно выходит элементом {event, subject, payload, at}; если раньше "
        "вышел срок, входные данные уходят на выход «срок вышел»."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("received", _("Событие")), Port("timeout", _("Срок вышел")))

    class Config(node_type.Config):
        event: str = Field(
            max_length=MAX_NAME,
            title=gettext_noop("Событие"),
            description=gettext_noop("Имя события, например order.paid: строчные латинские буквы, цифры, точки, _ и -"),
            json_schema_extra={"pattern": PATTERN},
        )
        subject: str = Field(
            default="",
            max_length=MAX_SUBJECT,
            coerce_numbers_to_str=True,
            title=gettext_noop("Предмет"),
            description=gettext_noop("О ком или о чём событие, например {{ $json.orderId }}; пусто — о чём угодно"),
        )
        timeout_seconds: float | None = TermField()
        until: AwareDatetime | None = Field(
            default=None,
            title=gettext_noop("До какого времени ждать"),
            description=gettext_noop("Время с часовым поясом, например 2026-03-01T09:00:00+03:00"),
        )

        @field_validator("event")
        @classmethod
        def _well_named(cls, value: str) -> str:
            if not re.fullmatch(PATTERN, value):
                raise ValueError(gettext_noop("имя события пишется строчными латинскими буквами, например order.paid"))
            return value

        @model_validator(mode="after")
        def _one_term(self) -> Any:
            if self.timeout_seconds is not None and self.until is not None:
                raise ValueError(gettext_noop("Укажите что-то одно: timeoutSeconds или until"))
            return self

    def run(self, context: NodeContext) -> Wait:
        """The first item's config decides for the whole step."""
        config = context.config
        return Wait(
            event=config.event,
            subject=config.subject or None,
            seconds=config.timeout_seconds,
            until=config.until,
            on_event="received",
            on_timeout="timeout",
        )
