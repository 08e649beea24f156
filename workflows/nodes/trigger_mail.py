"""Looks into a mailbox from time to time, and starts a run for every letter that has come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.event_config import EventName
from workflows.mailbox_config import OfMailbox
from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.poll_config import PeriodField


class TriggerMail(NodeType):
    """What lies there at the first look starts nothing, and no letter is marked as read."""

    type = "trigger-mail"
    title = _("Пришло письмо")
    description = _(
        "Смотрит в почтовый ящик по IMAP и запускает процесс для каждого нового письма: {messageId, from, to, cc, "
        "subject, date, text, html, attachments}, у вложений — имя, вид и размер. Письма не помечаются прочитанными."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(OfMailbox):
        every_seconds: float = PeriodField(60)
        emits: EventName = Field(
            default="email.received",
            min_length=1,
            title=gettext_noop("Имя события"),
            description=gettext_noop("Под каким именем записать новое письмо"),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
