"""Calls a method of Telegram's Bot API with a bot of one's own, once per item."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import TELEGRAM
from integrations.telegram.bot_api import BotApi
from workflows import node_type, stored_files
from workflows.credential_field import CredentialField, CredentialRef
from workflows.items import attached
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item
from workflows.stored_files import Content

SECONDS = 30.0
Method = Literal[
    "sendMessage", "sendPhoto", "sendDocument", "sendAudio", "sendVideo", "sendAnimation", "sendSticker",
    "sendLocation", "sendMediaGroup", "sendChatAction", "editMessageText", "editMessageCaption",
    "editMessageReplyMarkup", "deleteMessage", "pinChatMessage", "unpinChatMessage", "forwardMessage", "copyMessage",
    "answerCallbackQuery", "answerInlineQuery", "getFile", "getChat", "getChatAdministrators", "getChatMember",
    "getUserProfilePhotos", "leaveChat", "setChatDescription", "setChatTitle", "setMessageReaction",
]  # fmt: skip


class TelegramCall(NodeType):
    """A message that was sent is written down before the next one goes out: Telegram knows no key against repeats."""

    type = "telegram-call"
    title = _("Вызвать Telegram")
    description = _(
        "Вызывает метод Bot API от имени своего бота для каждого элемента: сообщения, фото, файлы, правка, ответы на "
        "кнопки. Отдаёт ответ Telegram {ok, result}."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    repeatable = False
    timeout_seconds = 300.0

    class Config(node_type.Config):
        credential: CredentialRef = CredentialField(TELEGRAM, required=True)
        method: Method = Field(
            default="sendMessage",
            title=gettext_noop("Метод"),
            description=gettext_noop("Метод Bot API, например sendMessage, sendPhoto, editMessageText"),
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title=gettext_noop("Параметры"),
            description=gettext_noop("Как в Bot API, например {chat_id, text}; пустые не отправляются"),
        )
        files: dict[str, str] = Field(
            default_factory=dict,
            title=gettext_noop("Файлы"),
            description=gettext_noop("Имя параметра и имя файла элемента, например {photo: data}"),
        )
        fetch: bool = Field(
            default=False,
            title=gettext_noop("Скачать"),
            description=gettext_noop("Для getFile: получить сам файл и оставить его у элемента под именем data"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """Raises `Permanent`: "no_file", "file_gone", and what calls raise."""
        bot = context.connect(BotApi)
        answers = for_each_item(
            context, lambda index: _called(context, bot, index), seconds=lambda _index: SECONDS, keep_each=True
        )
        if isinstance(answers, Later):
            return answers
        context.log.info(gettext_noop("Вызовов: %(count)s"), count=len(answers))
        return Done({"out": answers})


def _called(context: NodeContext, bot: BotApi, index: int) -> Item:
    config = context.config_for(index)
    files = {
        name: _part(stored_files.read(context, context.items[index], file, index=index))
        for name, file in config.files.items()
    }
    values = {name: value for name, value in config.values.items() if value is not None and value != ""}
    answer = bot.call(config.credential, config.method, values, files)
    item: Item = answer if isinstance(answer, dict) else {"result": answer}
    if not (config.fetch and config.method == "getFile"):
        return item
    path = str((item.get("result") or {}).get("file_path") or "")
    content = Content(path, "", bot.fetch(config.credential, path))
    return stored_files.with_file(context, item, attached.USUAL, content, index=index)


def _part(content: Content) -> tuple[str, bytes, str]:
    return content.name, content.data, content.mime
