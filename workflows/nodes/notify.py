"""Tells people: in the list of notices, in Telegram, and by e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.addresses import CheckedAddresses
from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.notes import Notice, Severity

MAX_NOTICES = 100


class Notify(NodeType):
    """Sending is left to the outbox: the step neither waits for it nor fails because of it."""

    type = "notify"
    title = _("Уведомить")
    description = _(
        "Пишет уведомление в общий список и, если указано, в чаты Telegram и на почту. Элементы идут дальше как были."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        severity: Severity = Field(
            default="info",
            title=gettext_noop("Важность"),
            description=gettext_noop("info — сведения, warning — предупреждение, error — ошибка, critical — авария"),
        )
        title: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Заголовок"),
            description=gettext_noop("Одна строка, по которой всё понятно"),
        )
        text: str = Field(
            default="", max_length=10_000, title=gettext_noop("Текст"), description=gettext_noop("Подробности")
        )
        telegram: tuple[int, ...] = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Чаты Telegram"),
            description=gettext_noop("Номера чатов, в которые бот отправит уведомление"),
        )
        email: CheckedAddresses = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Почта"),
            description=gettext_noop("Адреса, на которые уйдёт письмо: список или текст через запятую"),
        )
        mode: Literal["once", "each"] = Field(
            default="once",
            title=gettext_noop("Сколько уведомлений"),
            description=gettext_noop("once — одно на все элементы, each — на каждый элемент, не больше 100"),
        )

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return True

    def run(self, context: NodeContext) -> Done:
        count = 1 if context.config.mode == "once" else len(context.items)
        notices = []
        for index in range(min(count, MAX_NOTICES)):
            config = context.config_for(index)
            notices.append(Notice(config.severity, config.title, config.text, config.telegram, config.email))
        if count > MAX_NOTICES:
            context.log.warning(
                gettext_noop("Уведомлений больше %(limit)s, остальные не отправлены: %(rest)s"),
                limit=MAX_NOTICES,
                rest=count - MAX_NOTICES,
            )
        return Done({"out": context.items}, notes=notices)
