"""Posts a message into a channel of Slack, Discord or Mattermost for each item."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.chats import Chat, ChatWebhook
from integrations.credential_kinds import WEBHOOK
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

SECONDS = 30.0


class ChatMessage(NodeType):
    """Chats know no key against repeats, so each message is written down before the next one goes out."""

    type = "chat-webhook"
    title = _("Написать в чат команды")
    description = _("Пишет сообщение в канал Slack, Discord или Mattermost через входящий вебхук, по одному на элемент")
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Отправлено")),)
    weight = "io"
    timeout_seconds = 300.0

    class Config(node_type.Config):
        credential: CredentialRef = CredentialField(WEBHOOK, required=True)
        chat: Chat = Field(
            default="slack", title=gettext_noop("Чат"), description=gettext_noop("slack, discord или mattermost")
        )
        text: str = Field(
            min_length=1,
            max_length=40_000,
            title=gettext_noop("Текст"),
            description=gettext_noop("Длинный текст обрезается по пределу чата: у Discord 2000 знаков"),
        )
        sender: str = Field(
            default="",
            max_length=80,
            title=gettext_noop("Отправитель"),
            description=gettext_noop("Имя над сообщением; Slack берёт его из настроек вебхука"),
        )

    def run(self, context: NodeContext) -> Outcome:
        webhook = context.connect(ChatWebhook)

        def post(index: int) -> Item:
            config = context.config_for(index)
            webhook.post(config.chat, config.text, credential=config.credential, sender=config.sender)
            return {}

        sent = for_each_item(context, post, seconds=lambda _index: SECONDS, keep_each=True)
        if isinstance(sent, Later):
            return sent
        context.log.info(gettext_noop("Сообщений: %(count)s"), count=len(sent))
        return Done({"out": context.items})
