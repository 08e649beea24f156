"""Sends a message in Telegram for each item: a text, a photo or a document, with links as buttons."""

from __future__ import annotations

import base64
import binascii
import html
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, HttpUrl, field_validator, model_validator

from integrations.telegram.keyboard import Button, buttons
from integrations.telegram.postbox import Postbox
from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_DATA = 7_000_000
MAX_BUTTONS = 20


class Link(node_type.Config):
    """A button that opens a page."""

    text: str = Field(
        min_length=1, max_length=64, title=gettext_noop("Надпись"), description=gettext_noop("Слова на кнопке")
    )
    url: HttpUrl = Field(title=gettext_noop("Адрес"), description=gettext_noop("Страница, которую откроет кнопка"))


class TelegramSend(NodeType):
    """The outbox sends it: the step does not wait, and a repeated step sends nothing twice."""

    type = "telegram-send"
    title = _("Отправить в Telegram")
    description = _(
        "Отправляет сообщение от имени бота для каждого элемента: текст, фото или файл, с кнопками-ссылками. Сообщение "
        "ставится в очередь и уходит с той скоростью, какую допускает Telegram."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Поставлено в очередь")),)
    weight = "io"

    class Config(node_type.Config):
        chat: int = Field(title=gettext_noop("Чат"), description=gettext_noop("Номер чата или человека в Telegram"))
        text: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Текст"),
            description=gettext_noop("До 4096 знаков, под файлом до 1024"),
        )
        markup: Literal["plain", "html"] = Field(
            default="plain",
            title=gettext_noop("Разметка"),
            description=gettext_noop("plain — текст как есть; html — разметка Telegram: <b>, <i>, <a>, <code>"),
        )
        buttons: tuple[Link, ...] = Field(
            default=(),
            max_length=MAX_BUTTONS,
            title=gettext_noop("Кнопки"),
            description=gettext_noop("Ссылки под сообщением, каждая на своей строке: {text, url}"),
        )
        file_kind: Literal["photo", "document"] = Field(
            default="document",
            alias="fileKind",
            title=gettext_noop("Вид файла"),
            description=gettext_noop("photo — картинка, document — файл"),
        )
        file_url: HttpUrl | None = Field(
            default=None,
            alias="fileUrl",
            title=gettext_noop("Адрес файла"),
            description=gettext_noop("Telegram скачает его сам, поэтому адрес должен быть виден из интернета"),
        )
        file_data: str = Field(
            default="",
            max_length=MAX_DATA,
            alias="fileData",
            title=gettext_noop("Файл"),
            description=gettext_noop("Содержание в base64, например {{ $json.file.data }}, до 5 МБ"),
        )
        file_name: str = Field(
            default="file",
            min_length=1,
            max_length=200,
            alias="fileName",
            title=gettext_noop("Имя файла"),
            description=gettext_noop("Как файл будет называться у получателя"),
        )

        @field_validator("file_data")
        @classmethod
        def _readable(cls, data: str) -> str:
            try:
                base64.b64decode(data, validate=True)
            except binascii.Error:
                raise ValueError(gettext_noop("файл передаётся в base64")) from None
            return data

        @model_validator(mode="after")
        def _says_something(self) -> Any:
            has_file = bool(self.file_url or self.file_data)
            if not self.text.strip() and not has_file:
                raise ValueError(gettext_noop("Нужен текст или файл"))
            if self.file_url and self.file_data:
                raise ValueError(gettext_noop("Укажите что-то одно: fileUrl или fileData"))
            if has_file and len(self.text) > MAX_CAPTION:
                raise ValueError(gettext_noop("Под файлом помещается 1024 знака"))
            return self

    def run(self, context: NodeContext) -> Done:
        postbox = context.connect(Postbox)
        for index in range(len(context.items)):
            config = context.config_for(index)
            text = config.text if config.markup == "html" else html.escape(config.text, quote=False)
            links = [[Button(link.text, url=str(link.url))] for link in config.buttons]
            markup = buttons(links) if links else None
            postbox.post(config.chat, text, name=str(index), markup=markup, file=_file(config))
        context.log.info(gettext_noop("Поставлено в очередь сообщений: %(count)s"), count=len(context.items))
        return Done({"out": context.items})


def _file(config: Any) -> dict[str, str] | None:
    if config.file_url:
        return {"kind": config.file_kind, "url": str(config.file_url)}
    if config.file_data:
        return {"kind": config.file_kind, "name": config.file_name, "data": config.file_data}
    return None
