"""Reads letters of a mailbox over IMAP."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.mailbox import Mailbox, Wanted
from workflows.calls import failure
from workflows.graph.settings import RetryPolicy
from workflows.mailbox_config import OfMailbox
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port

MAX_BYTES = 3_000_000


class EmailRead(NodeType):
    """Letters are written down before they are marked as read, so that a lost worker loses none and doubles none."""

    type = "email-read"
    title = _("Прочитать почту")
    description = _(
        "Читает письма из ящика по IMAP: {uid, messageId, subject, from, to, cc, date, text, html, attachments}. "
        "Прочитанные помечаются, и следующий запуск берёт только новые."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Письма")),)
    weight = "io"
    retry = RetryPolicy(attempts=4, delay_seconds=10.0, cap_seconds=300.0)
    timeout_seconds = 180.0

    class Config(OfMailbox):
        unseen: bool = Field(
            default=True,
            title=gettext_noop("Только непрочитанные"),
            description=gettext_noop("Если нет, берутся и прочитанные"),
        )
        mark_seen: bool = Field(
            default=True,
            alias="markSeen",
            title=gettext_noop("Пометить прочитанными"),
            description=gettext_noop("Иначе следующий запуск увидит те же письма, если не задан afterUid"),
        )
        after_uid: int = Field(
            default=0,
            ge=0,
            alias="afterUid",
            title=gettext_noop("После письма"),
            description=gettext_noop("Только письма с номером (uid) больше этого"),
        )
        limit: int = Field(
            default=20,
            ge=1,
            le=100,
            title=gettext_noop("Предел писем"),
            description=gettext_noop("Сколько писем взять за один раз, старые первыми; все вместе до 3 МБ"),
        )
        attachments: bool = Field(
            default=True,
            title=gettext_noop("Вложения"),
            description=gettext_noop("Взять и файлы писем: {name, mime, size, data}, data в base64"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """The first item's config decides for the whole step."""
        config = context.config
        mailbox = context.connect(Mailbox)
        try:
            if context.progress is None:
                wanted = Wanted(
                    folder=config.folder,
                    after=config.after_uid,
                    unseen=config.unseen,
                    limit=config.limit,
                    max_bytes=MAX_BYTES,
                    attachments=config.attachments,
                )
                letters = mailbox.read(config.credential, wanted)
                return (
                    Later(0.0, "time_slice", {"letters": letters})
                    if letters and config.mark_seen
                    else _done(context, letters)
                )
            letters = context.progress["letters"]
            mailbox.mark_seen(config.credential, config.folder, [letter["uid"] for letter in letters])
        except OutboundError as error:
            raise failure(error, item=0) from error
        return _done(context, letters)


def _done(context: NodeContext, letters: list[Item]) -> Done:
    context.log.info(gettext_noop("Писем: %(count)s"), count=len(letters))
    return Done({"out": letters}, sources={"out": [("in", 0)] * len(letters)})
