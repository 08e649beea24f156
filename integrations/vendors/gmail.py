"""Gmail: letters of the account that the credential opens, over the REST API v1."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import GOOGLE, OAUTH2_REFRESH
from integrations.vendors.shape import Field, Lookup, Operation, Paging, Vendor

_MESSAGE = Field("message", gettext_noop("Письмо"), gettext_noop("id письма"), to="path", required=True)
_TO = Field("to", gettext_noop("Кому"), gettext_noop("Адреса через запятую"), to="none", required=True)
_SUBJECT = Field("subject", gettext_noop("Тема"), gettext_noop("Тема письма"), to="none", default="")
_BODY = Field("body", gettext_noop("Текст"), gettext_noop("Текст письма"), to="none", default="")
_FORMAT = Field(
    "format",
    gettext_noop("Вид текста"),
    gettext_noop("html — разметка, text — простой текст"),
    to="none",
    default="html",
    choices=("html", "text"),
)
_SIMPLE = Field(
    "simple",
    gettext_noop("Коротко"),
    gettext_noop("Отдать id, тему, отправителя и начало текста; иначе письмо как у Gmail"),
    kind="flag",
    to="none",
    default=True,
)
_RAW = Field("raw", "", "", hidden=True)
_SHOWN = ("From", "To", "Cc", "Subject", "Date")


def _as_letter(values: dict[str, Any]) -> dict[str, Any]:
    """The letter in RFC 822, as Gmail takes it. Lines in its headers would be headers of their own."""
    letter = EmailMessage()
    named = {"To": "to", "Cc": "cc", "Bcc": "bcc", "Reply-To": "replyTo", "Subject": "subject"}
    for header, name in named.items():
        if values.get(name):
            letter[header] = " ".join(str(values[name]).split())
    if values.get("senderName"):
        letter["From"] = formataddr((" ".join(str(values["senderName"]).split()), str(values["account"])))
    if values.get("inReplyTo"):
        letter["In-Reply-To"] = letter["References"] = " ".join(str(values["inReplyTo"]).split())
    letter.set_content(str(values.get("body", "")), subtype="html" if values.get("format") == "html" else "plain")
    return {**values, "raw": base64.urlsafe_b64encode(letter.as_bytes()).decode()}


def _shortened(message: Any, values: Mapping[str, Any]) -> Any:
    if not values.get("simple", True) or not isinstance(message, Mapping):
        return message
    payload = message.get("payload")
    headers = payload.get("headers", ()) if isinstance(payload, Mapping) else ()
    found = {one["name"]: one["value"] for one in headers if one.get("name") in _SHOWN}
    kept = {name: message.get(name) for name in ("id", "threadId", "labelIds", "snippet", "internalDate")}
    return {**kept, **found, "text": _text_of(payload) if isinstance(payload, Mapping) else ""}


def _text_of(part: Mapping[str, Any]) -> str:
    """The first plain text in a letter of many parts."""
    if part.get("mimeType") == "text/plain":
        data = str((part.get("body") or {}).get("data", ""))
        try:
            return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode("utf-8", "replace")
        except binascii.Error:
            return ""
    return next((text for text in map(_text_of, part.get("parts") or ()) if text), "")


VENDOR = Vendor(
    name="gmail",
    base_url="https://gmail.googleapis.com",
    kinds=(OAUTH2_REFRESH, GOOGLE),
    operations=(
        Operation(
            "message-send",
            gettext_noop("Отправить письмо"),
            "POST",
            "/gmail/v1/users/me/messages/send",
            (
                _TO,
                _SUBJECT,
                _BODY,
                _FORMAT,
                Field("cc", gettext_noop("Копия"), gettext_noop("Адреса через запятую"), to="none"),
                Field("bcc", gettext_noop("Скрытая копия"), gettext_noop("Адреса через запятую"), to="none"),
                Field("replyTo", gettext_noop("Куда отвечать"), gettext_noop("Адрес для ответа"), to="none"),
                Field(
                    "senderName",
                    gettext_noop("Имя отправителя"),
                    gettext_noop("Показать вместо имени владельца ящика"),
                    to="none",
                ),
                _RAW,
            ),
            lookup=Lookup("senderName", "/gmail/v1/users/me/profile", "emailAddress", "account"),
            prepare=_as_letter,
        ),
        Operation(
            "message-reply",
            gettext_noop("Ответить на письмо"),
            "POST",
            "/gmail/v1/users/me/messages/send",
            (
                Field(
                    "thread",
                    gettext_noop("Переписка"),
                    gettext_noop("id переписки (threadId)"),
                    to="body:threadId",
                    required=True,
                ),
                Field("inReplyTo", gettext_noop("Ответ на"), gettext_noop("Заголовок Message-ID письма"), to="none"),
                _TO,
                _SUBJECT,
                _BODY,
                _FORMAT,
                _RAW,
            ),
            prepare=_as_letter,
        ),
        Operation(
            "message-get",
            gettext_noop("Прочитать письмо"),
            "GET",
            "/gmail/v1/users/me/messages/{message}",
            (_MESSAGE, _SIMPLE),
            shape=_shortened,
        ),
        Operation(
            "message-search",
            gettext_noop("Найти письма"),
            "GET",
            "/gmail/v1/users/me/messages",
            (
                Field(
                    "search", gettext_noop("Поиск"), gettext_noop("Условие, как в строке поиска Gmail"), to="query:q"
                ),
                Field("labels", gettext_noop("Ярлыки"), gettext_noop("id ярлыков"), kind="list", to="query:labelIds"),
            ),
            items="messages",
            paging=Paging("query:pageToken", "nextPageToken", size_into="query:maxResults"),
        ),
    ),
)
