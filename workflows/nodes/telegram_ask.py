"""Asks somebody in Telegram and waits for the button that they press, or for their own words."""

from __future__ import annotations

import html
from typing import Annotated, Self

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, StringConstraints, model_validator

from integrations.telegram.postbox import Postbox
from integrations.telegram.questions import EVENT
from workflows import node_type
from workflows.node_type import NodeContext, NodeType, Port, Wait
from workflows.term_field import MAX_SECONDS, TermField

MAX_TEXT = 4096


class TelegramAsk(NodeType):
    """The question belongs to the step: a step that is tried again asks no second time. Meanwhile it is a row."""

    type = "telegram-ask"
    title = _("Спросить в Telegram")
    description = _(
        "Отправляет вопрос и ждёт нажатия кнопки или ответа словами; считается первый ответ. Он выходит элементом "
        "{event, subject, payload, at}: в payload — choice (номер кнопки с 0; null, если ответили словами), answer "
        "(слова), reason (причина, если её спрашивали), personId и name."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("answered", _("Ответ")), Port("timeout", _("Срок вышел")))
    weight = "io"

    class Config(node_type.Config):
        chat: int = Field(title=gettext_noop("Чат"), description=gettext_noop("Номер чата или человека в Telegram"))
        text: str = Field(
            min_length=1, max_length=MAX_TEXT, title=gettext_noop("Вопрос"), description=gettext_noop("Что спросить")
        )
        options: tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...] = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Ответы"),
            description=gettext_noop("Слова на кнопках, каждая на своей строке"),
        )
        ownWords: bool = Field(  # noqa: N815 - a field of the definition
            default=False,
            title=gettext_noop("Ответ словами"),
            description=gettext_noop("Человек может ответить на сообщение своими словами"),
        )
        reasonFor: tuple[str, ...] = Field(  # noqa: N815 - a field of the definition
            default=(),
            title=gettext_noop("Ответы с причиной"),
            description=gettext_noop("Какие из ответов засчитываются, только когда человек написал причину: отказ"),
        )
        remindAfterSeconds: float | None = Field(  # noqa: N815 - a field of the definition
            default=None,
            gt=0,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            title=gettext_noop("Напомнить через, с"),
            description=gettext_noop("Через сколько секунд спросить ещё раз, пока ответа нет; пусто — не напоминать"),
        )
        timeout_seconds: float | None = TermField()

        @model_validator(mode="after")
        def _can_be_answered(self) -> Self:
            if not self.options and not self.ownWords:
                raise ValueError(gettext_noop("нужны кнопки или разрешение ответить словами"))
            if not set(self.reasonFor) <= set(self.options):
                raise ValueError(gettext_noop("причина нужна ответу, которого нет среди ответов"))
            return self

    def run(self, context: NodeContext) -> Wait:
        """The first item's config decides for the whole step."""
        config = context.config
        text = html.escape(config.text, quote=False)
        question = context.connect(Postbox).ask(
            config.chat,
            text,
            config.options,
            own_words=config.ownWords,
            reason_for=config.reasonFor,
            remind_seconds=config.remindAfterSeconds,
        )
        return Wait(
            event=EVENT, subject=question, seconds=config.timeout_seconds, on_event="answered", on_timeout="timeout"
        )
