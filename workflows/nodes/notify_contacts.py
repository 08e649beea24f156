"""Writes to all contacts of a tag, by e-mail or in Telegram."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations.mail.letters import MAX_SUBJECT, MAX_TEXT
from tickets.contacts.mailing import Mailing, Page, Words
from workflows import node_type
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port

MINUTE = 60.0
MAX_PER_MINUTE = 1000


class NotifyContacts(NodeType):
    """A page of contacts a minute goes into the outbox, whose senders keep to the limits; what is done is kept."""

    type = "notify-contacts"
    title = _("Разослать контактам")
    description = _(
        "Пишет всем контактам с меткой: письмом или в Telegram, каждому один раз, частями под ограничения. Отписанные "
        "и недоступные пропускаются; что с кем стало, видно в списке доставок. Дальше выходит элемент с итогами."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Поставлено в очередь")),)
    weight = "io"
    retry = RetryPolicy(attempts=5, delay_seconds=5.0, cap_seconds=300.0)

    class Config(node_type.Config):
        tag: str = Field(
            min_length=1, max_length=100, title=gettext_noop("Метка"), description=gettext_noop("Кому: метка контактов")
        )
        channel: Literal["email", "telegram", "any"] = Field(
            default="email",
            title=gettext_noop("Канал"),
            description=gettext_noop("email, telegram или any: в Telegram, а кому нельзя, письмом"),
        )
        subject: str = Field(
            default="",
            max_length=MAX_SUBJECT,
            title=gettext_noop("Тема"),
            description=gettext_noop("Тема письма; для Telegram не нужна"),
        )
        text: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Текст"),
            description=gettext_noop("Места {name}, {email}, {phone} и {fields.ключ} заполняются для каждого контакта"),
        )
        html: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Разметка HTML"),
            description=gettext_noop("Письмо с разметкой; вместе с текстом — как его второй вид"),
        )
        per_minute: int = Field(
            default=300,
            ge=1,
            le=MAX_PER_MINUTE,
            alias="perMinute",
            title=gettext_noop("Контактов в минуту"),
            description=gettext_noop("Сколько контактов самое большее ставится в очередь за минуту"),
        )

        @model_validator(mode="after")
        def _says_something(self) -> Any:
            if self.channel != "email" and not self.text:
                raise ValueError(gettext_noop("Для Telegram нужен text"))
            if self.channel != "telegram" and not (self.subject and (self.text or self.html)):
                raise ValueError(gettext_noop("Для письма нужны subject и text или html"))
            return self

    def run(self, context: NodeContext) -> Outcome:
        """One page, then a pause; a step that is repeated goes on behind the page that it knows of."""
        progress = context.progress or {}
        told: list[Item] = list(progress.get("told", []))
        sums: dict[str, Any] = dict(progress.get("sums", {}))
        after: str = progress.get("after", "")
        mailing = context.connect(Mailing)
        for index in range(len(told), len(context.items)):
            config = context.config_for(index)
            page = mailing.put_out(
                Words(config.subject, config.text, config.html),
                name=str(index),
                tag=config.tag,
                channel=config.channel,
                after=after,
                limit=config.per_minute,
            )
            sums = _with(sums, page)
            if page.last:
                return Later(MINUTE, "time_slice", {"told": told, "sums": sums, "after": page.last})
            told.append(sums)
            sums, after = {}, ""
        count = sum(sum(one.get("queued", {}).values()) for one in told)
        context.log.info(gettext_noop("Поставлено в очередь сообщений: %(count)s"), count=count)
        return Done({"out": [{**item, "mailing": one} for item, one in zip(context.items, told, strict=True)]})


def _with(sums: dict[str, Any], page: Page) -> dict[str, Any]:
    """`{"queued": {channel: number}, "skipped": {reason: number}}`"""
    return {name: dict(Counter(sums.get(name, {})) + Counter(getattr(page, name))) for name in ("queued", "skipped")}
