"""PURE: messages and news: Telegram, mail, feeds. Credentials are never taken over: people choose ours."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template

MEDIA = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendAudio": "audio",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendSticker": "sticker",
}
METHODS = {
    "message": {
        "sendMessage": "sendMessage",
        "sendChatAction": "sendChatAction",
        "sendLocation": "sendLocation",
        "editMessageText": "editMessageText",
        "deleteMessage": "deleteMessage",
        "pinChatMessage": "pinChatMessage",
        "unpinChatMessage": "unpinChatMessage",
        **{method: method for method in MEDIA},
    },
    "callback": {"answerQuery": "answerCallbackQuery", "answerInlineQuery": "answerInlineQuery"},
    "chat": {
        "get": "getChat",
        "administrators": "getChatAdministrators",
        "member": "getChatMember",
        "leave": "leaveChat",
        "setDescription": "setChatDescription",
        "setTitle": "setChatTitle",
    },
    "file": {"get": "getFile"},
}
NAMES = {
    "chatId": "chat_id",
    "text": "text",
    "messageId": "message_id",
    "inlineMessageId": "inline_message_id",
    "queryId": "callback_query_id",
    "fileId": "file_id",
    "userId": "user_id",
    "action": "action",
    "latitude": "latitude",
    "longitude": "longitude",
    "description": "description",
    "title": "title",
}
"""What the Bot API calls n8n's parameters."""
EXTRAS = (
    *("parse_mode", "disable_notification", "disable_web_page_preview", "reply_to_message_id", "message_thread_id"),
    *("caption", "duration", "width", "height", "performer", "title", "thumb", "show_alert", "url", "cache_time"),
    "allow_sending_without_reply",
)


def _telegram(node: Written, parameters: Parameters) -> Converted:
    """A call of the Bot API, with the same values; what n8n adds of itself to messages is left out."""
    resource = parameters.text("resource", "message")
    first = {"message": "sendMessage", "callback": "answerQuery", "chat": "get", "file": "get"}.get(resource, "")
    operation = parameters.text("operation", first)
    method = METHODS.get(resource, {}).get(operation)
    if method is None:
        raise refuse_operation(node, operation)
    values = {
        ours: template(parameters.take(name)) for name, ours in NAMES.items() if parameters.take(name) is not None
    }
    config: dict[str, Any] = {"method": method, "values": values}
    parameters.take("messageType")
    fields = parameters.group("additionalFields")
    if method in MEDIA:
        _media(parameters, MEDIA[method], config)
    fields.take("appendAttribution")
    values |= {name: template(fields.take(name)) for name in EXTRAS if fields.take(name) is not None}
    if method == "sendMessage":
        values.setdefault("parse_mode", "Markdown")
    markup = _markup(parameters, fields)
    if markup:
        values["reply_markup"] = markup
    if resource == "file" and parameters.take("download", True) is not False:
        config["fetch"] = True
    return Converted("telegram-call", config)


def _media(parameters: Parameters, field: str, config: dict[str, Any]) -> None:
    """An address or id that Telegram knows, or a file of the item."""
    if parameters.take("binaryData") is True:
        config["files"] = {field: parameters.text("binaryPropertyName", "data")}
    else:
        config["values"][field] = template(parameters.take("file", ""))


def _markup(parameters: Parameters, fields: Parameters) -> Any:
    """Buttons as n8n's form writes them, or as Telegram does."""
    kind = parameters.text("replyMarkup", "none")
    if kind == "none":
        return template(fields.take("reply_markup"))
    if kind == "forceReply":
        return {"force_reply": True, **_taken(parameters.group("forceReply"), ("selective",))}
    if kind == "replyKeyboardRemove":
        return {"remove_keyboard": True, **_taken(parameters.group("replyKeyboardRemove"), ("selective",))}
    if kind == "inlineKeyboard":
        return {"inline_keyboard": _rows(parameters, "inlineKeyboard")}
    if kind == "replyKeyboard":
        options = _taken(
            parameters.group("replyKeyboardOptions"), ("resize_keyboard", "one_time_keyboard", "selective")
        )
        return {"keyboard": _rows(parameters, "replyKeyboard"), **options}
    raise Unsupported(PARAMETER, parameter="replyMarkup")


def _taken(group: Parameters, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: template(group.take(name)) for name in names if group.take(name) is not None}


def _rows(parameters: Parameters, name: str) -> list[list[dict[str, Any]]]:
    rows = parameters.take(name, {}).get("rows", [])
    return [[_button(one) for one in row.get("row", {}).get("buttons", [])] for row in rows]


def _button(written: dict[str, Any]) -> dict[str, Any]:
    more = written.get("additionalFields") or {}
    return {"text": template(written.get("text", "")), **{name: template(value) for name, value in more.items()}}


def _email(_node: Written, parameters: Parameters) -> Converted:
    """Letters go out through the mail server of the installation; some people write Gmail's names here."""
    parameters.take("resource")
    if parameters.text("operation", "send") != "send":
        raise Unsupported(PARAMETER, parameter="operation")
    config: dict[str, Any] = {"subject": template(parameters.take("subject", ""))}
    for name, ours in (
        ("toEmail", "to"),
        ("sendTo", "to"),
        ("ccEmail", "cc"),
        ("bccEmail", "bcc"),
        ("fromEmail", "sender"),
    ):
        if parameters.take(name) not in (None, ""):
            config[ours] = template(parameters.take(name))
    kind = parameters.text("emailFormat", parameters.text("emailType", "both"))
    for name, ours in (("text", "text"), ("html", "html"), ("message", "html" if kind == "html" else "text")):
        value = parameters.take(name)
        if value not in (None, "") and kind in (ours, "both"):
            config[ours] = template(value)
    options = parameters.group("options")
    for name, ours in (("ccEmail", "cc"), ("bccEmail", "bcc"), ("replyTo", "replyTo")):
        if options.take(name) not in (None, ""):
            config[ours] = template(options.take(name))
    options.take("appendAttribution")
    files = options.text("attachments", parameters.text("attachments"))
    if files:
        config["files"] = [name.strip() for name in files.split(",") if name.strip()]
    if options.take("allowUnauthorizedCerts") is True:
        raise Unsupported(PARAMETER, parameter="options.allowUnauthorizedCerts")
    return Converted("send-email", config)


def _feed(_node: Written, parameters: Parameters) -> Converted:
    options = parameters.group("options")
    if options.take("ignoreSSL") is True or options.take("customFields") is not None:
        raise Unsupported(PARAMETER, parameter="options")
    return Converted("rss-read", {"url": template(parameters.take("url", "")), "names": "feed", "limit": 1000})


def _mailbox(node: Written, parameters: Parameters) -> Converted:
    """A trigger that looks into a mailbox; people also put it behind another one, to read letters there and then."""
    options = parameters.group("options")
    if options.take("allowUnauthorizedCerts") is True:
        raise Unsupported(PARAMETER, parameter="options.allowUnauthorizedCerts")
    config: dict[str, Any] = {"folder": parameters.text("mailbox", "INBOX")}
    if parameters.text("operation") == "getAll":
        filters = parameters.group("filters")
        config["unseen"] = filters.text("readStatus", "unread") == "unread"
        config["limit"] = 100 if parameters.take("returnAll") is True else min(100, int(parameters.number("limit", 50)))
        return Converted("email-read", config)
    if parameters.take("downloadAttachments") is True or parameters.text("format", "simple") == "raw":
        raise refuse_operation(node, "downloadAttachments")
    parameters.take("postProcessAction")  # letters are told apart by their numbers, whether they are marked or not
    for name in ("customEmailConfig", "forceReconnect", "trackLastMessageId"):
        options.take(name)
    return Converted("trigger-mail", config, inputs=())


TYPES = {"emailReadImap": _mailbox, "telegram": _telegram, "emailSend": _email, "rssFeedRead": _feed}
