"""Opens a ticket at the service desk, and may wait until its author confirms the work or somebody cancels it."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from accounts.errors import DomainError
from tickets.services.for_runs import Desk
from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port, Wait
from workflows.term_field import TermField


class TicketOpen(NodeType):
    """The ticket belongs to the step: a step that is tried again finds it and opens no second one."""

    type = "ticket-open"
    title = _("Открыть заявку")
    description = _(
        "Открывает заявку в службе поддержки и, если нужно, ждёт, пока автор подтвердит выполнение. Заявка выходит "
        "элементом {event, subject, payload, at}, её номер — в subject."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (
        Port("opened", _("Открыта")),
        Port("confirmed", _("Подтверждена")),
        Port("cancelled", _("Отменена")),
        Port("timeout", _("Срок вышел")),
    )
    weight = "io"

    class Config(node_type.Config):
        category: str = Field(
            min_length=1,
            max_length=200,
            coerce_numbers_to_str=True,
            title=gettext_noop("Категория"),
            description=gettext_noop("Номер или название категории заявок"),
        )
        author: str = Field(
            min_length=1,
            max_length=150,
            coerce_numbers_to_str=True,
            title=gettext_noop("Автор"),
            description=gettext_noop("Логин или номер человека, для которого заявка: он подтвердит выполнение"),
        )
        title: str = Field(
            default="",
            max_length=200,
            title=gettext_noop("Тема"),
            description=gettext_noop("Одна строка; пусто — первая строка описания"),
        )
        description: str = Field(
            default="",
            max_length=20_000,
            title=gettext_noop("Описание"),
            description=gettext_noop("Что нужно сделать"),
        )
        priority: Literal["low", "normal", "high", "urgent"] = Field(
            default="normal", title=gettext_noop("Приоритет"), description=gettext_noop("low, normal, high или urgent")
        )
        wait: bool = Field(
            default=True,
            title=gettext_noop("Ждать подтверждения"),
            description=gettext_noop("Если нет, шаг сразу идёт дальше по выходу «открыта»"),
        )
        timeout_seconds: float | None = TermField()

    def run(self, context: NodeContext) -> Done | Wait:
        """The first item's config decides for the whole step."""
        config = context.config
        try:
            opened = context.connect(Desk).open(
                key=context.idempotency_key,
                execution_id=context.execution_id,
                category=config.category,
                author=config.author,
                title=config.title,
                description=config.description,
                priority=config.priority,
            )
        except DomainError as error:
            raise Permanent(error.code, error.message, **error.details) from error
        context.log.info(gettext_noop("Заявка №%(number)s"), number=opened.number)
        if not config.wait:
            return Done({"opened": [opened.item]})
        if opened.outcome:
            return Done({opened.outcome: [opened.item]})
        return Wait(
            event="ticket.closed",
            subject=str(opened.number),
            seconds=config.timeout_seconds,
            on_event="confirmed",
            on_timeout="timeout",
            port_field="outcome",
        )
