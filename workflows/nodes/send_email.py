"""Sends a letter for each item."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from accounts.errors import DomainError
from integrations.credential_kinds import SMTP
from integrations.errors import OutboundError
from integrations.mail.letters import MAX_RECIPIENTS, MAX_SUBJECT, MAX_TEXT, Letter
from integrations.mail.mailroom import Mailroom
from workflows import node_type
from workflows.addresses import Addresses
from workflows.calls import MAX_WAITS, failure, rest_after
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.settings import RetryPolicy
from workflows.items import attached
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port

MAX_FILES: Final = 20_000_000


class SendEmail(NodeType):
    """A letter's `Message-ID` is made of the step and the item, so that a repeat can be recognised."""

    type = "send-email"
    title = _("Отправить письмо")
    description = _(
        "Отправляет письмо для каждого элемента. Письмо ставится в очередь и отправляется, даже если почтовый сервер "
        "сейчас недоступен; можно и дождаться, пока сервер его примет."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Отправлено")),)
    weight = "io"
    retry = RetryPolicy(attempts=5, delay_seconds=30.0, cap_seconds=900.0)
    timeout_seconds = 300.0

    class Config(node_type.Config):
        to: Addresses = Field(
            min_length=1,
            max_length=MAX_RECIPIENTS,
            title=gettext_noop("Кому"),
            description=gettext_noop("Адреса: список или текст через запятую"),
        )
        subject: str = Field(
            max_length=MAX_SUBJECT, title=gettext_noop("Тема"), description=gettext_noop("Одна строка")
        )
        text: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Текст"),
            description=gettext_noop("Письмо без разметки"),
        )
        html: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Разметка HTML"),
            description=gettext_noop("Письмо с разметкой; вместе с текстом — как его второй вид"),
        )
        cc: Addresses = Field(
            default=(),
            max_length=MAX_RECIPIENTS,
            title=gettext_noop("Копия"),
            description=gettext_noop("Адреса, которые видны остальным"),
        )
        bcc: Addresses = Field(
            default=(),
            max_length=MAX_RECIPIENTS,
            title=gettext_noop("Скрытая копия"),
            description=gettext_noop("Адреса, которых не видят остальные"),
        )
        reply_to: Addresses = Field(
            default=(),
            max_length=10,
            alias="replyTo",
            title=gettext_noop("Адрес для ответа"),
            description=gettext_noop("Куда придут ответы; пусто — отправителю"),
        )
        sender: str = Field(
            default="",
            max_length=400,
            title=gettext_noop("Отправитель"),
            description=gettext_noop("Пусто — отправитель почтового сервера, а у сервера установки DEFAULT_FROM_EMAIL"),
        )
        server: CredentialRef | None = CredentialField(
            SMTP,
            title=gettext_noop("Почтовый сервер"),
            description=gettext_noop("Через какой сервер SMTP отправить; пусто — через сервер установки"),
        )
        files: tuple[str, ...] = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Вложения"),
            description=gettext_noop("Имена файлов элемента, например data; все вместе до 20 МБ"),
        )
        wait: bool = Field(
            default=False,
            title=gettext_noop("Дождаться отправки"),
            description=gettext_noop("Шаг ждёт, пока почтовый сервер примет письмо, и повторяется при сбое"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """Letters that are waited for and were taken by the server are not sent again by a later try.

        A server that is left alone for a while is waited for, which is no failure; `MAX_WAITS` times in a row are one.
        """
        room = context.connect(Mailroom)
        progress = context.progress or {}
        sent: list[Item] = list(progress.get("sent", []))
        waits: int = progress.get("waits", 0)
        for index in range(len(sent), len(context.items)):
            config = context.config_for(index)
            letter = _letter(config, _files(context.items[index], config.files, index), index)
            if not config.wait:
                name = room.post(letter, name=str(index), credential=config.server)
                sent.append(_told(letter, name, queued=True))
                continue
            try:
                name = room.send(letter, name=str(index), credential=config.server)
                sent.append(_told(letter, name, queued=False))
            except OutboundError as error:
                rest = rest_after(error)
                if rest is None or waits >= MAX_WAITS:
                    raise failure(error, item=index) from error
                kept = {"sent": sent, "waits": waits + 1}
                return Later(rest, error.code, kept, host=error.details.get("host"))
            waits = 0
            if index + 1 < len(context.items):
                return Later(0.0, "time_slice", {"sent": sent})
        context.log.info(gettext_noop("Писем: %(count)s"), count=len(sent))
        return Done({"out": [{**item, "mail": mail} for item, mail in zip(context.items, sent, strict=True)]})


def _files(item: Item, names: tuple[str, ...], index: int) -> list[attached.File]:
    """The files of these names. Raises `Permanent`: "no_file", "file_too_large"."""
    held = attached.files_of(item)
    missing = [name for name in names if name not in held]
    if missing:
        message = _("У элемента %(item)s нет файла «%(file)s»: проверьте предыдущий узел")
        raise Permanent("no_file", message, item=index, file=missing[0])
    files = [held[name] for name in names]
    size = sum(int(file.get("fileSize") or 0) for file in files)
    if size > MAX_FILES:
        message = _("Вложения занимают %(size)s байт, можно не больше %(limit)s")
        raise Permanent("file_too_large", message, item=index, size=size, limit=MAX_FILES)
    return files


def _letter(config: Any, files: list[attached.File], index: int) -> Letter:
    try:
        return Letter.checked(
            to=list(config.to),
            subject=config.subject,
            text=config.text,
            html=config.html,
            cc=list(config.cc),
            bcc=list(config.bcc),
            reply_to=list(config.reply_to),
            sender=config.sender,
            files=files,
        )
    except DomainError as error:
        raise Permanent(error.code, error.message, item=index, **error.details) from error


def _told(letter: Letter, message_id: str, *, queued: bool) -> Item:
    return {"messageId": message_id, "to": letter.recipients(), "queued": queued}
