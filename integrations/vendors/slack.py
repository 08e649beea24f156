"""Slack: messages of a bot, over the Web API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_CHANNEL = Field("channel", gettext_noop("Канал"), gettext_noop("id канала или #имя"), required=True)
_TEXT = Field("text", gettext_noop("Текст"), gettext_noop("Текст сообщения"))
_BLOCKS = Field(
    "blocks", gettext_noop("Блоки"), gettext_noop("Сообщение блоками Slack: список или {blocks}"), kind="any"
)
_TIME = Field("ts", gettext_noop("Метка сообщения"), gettext_noop("ts сообщения, как его дал Slack"), required=True)


def _refusal(body: Any) -> str | None:
    if isinstance(body, Mapping) and body.get("ok") is False:
        return str(body.get("error", ""))
    return None


def _with_blocks(values: dict[str, Any]) -> dict[str, Any]:
    blocks = values.get("blocks")
    return {**values, "blocks": blocks["blocks"]} if isinstance(blocks, Mapping) and "blocks" in blocks else values


VENDOR = Vendor(
    name="slack",
    base_url="https://slack.com/api",
    kinds=(BEARER,),
    refusal=_refusal,
    operations=(
        Operation(
            "message-post",
            gettext_noop("Отправить сообщение"),
            "POST",
            "/chat.postMessage",
            (
                _CHANNEL,
                _TEXT,
                _BLOCKS,
                Field(
                    "thread",
                    gettext_noop("Ветка"),
                    gettext_noop("ts сообщения, на которое отвечаете"),
                    to="body:thread_ts",
                ),
                Field("sender", gettext_noop("Имя"), gettext_noop("Под каким именем писать"), to="body:username"),
            ),
            prepare=_with_blocks,
        ),
        Operation(
            "message-update",
            gettext_noop("Изменить сообщение"),
            "POST",
            "/chat.update",
            (_CHANNEL, _TIME, _TEXT, _BLOCKS),
            repeatable=True,
            prepare=_with_blocks,
        ),
        Operation(
            "message-delete",
            gettext_noop("Удалить сообщение"),
            "POST",
            "/chat.delete",
            (_CHANNEL, _TIME),
        ),
        Operation(
            "channel-history",
            gettext_noop("Прочитать сообщения канала"),
            "GET",
            "/conversations.history",
            (Field("channel", gettext_noop("Канал"), gettext_noop("id канала"), to="query:channel", required=True),),
            items="messages",
            paging=Paging("query:cursor", "response_metadata.next_cursor", size_into="query:limit"),
        ),
    ),
)
