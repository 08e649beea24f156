"""Reads a JSON list from time to time, and starts a run for every row that was not there before."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from integrations.credential_kinds import HTTP_KINDS
from workflows.credential_field import CredentialField, CredentialRef
from workflows.items import paths
from workflows.node_type import Done, Item, NodeContext, NodeType, Port
from workflows.poll_config import Poll


class TriggerPollList(NodeType):
    """What is there at the first look starts nothing. A row is known by its key, else by all that it says."""

    type = "trigger-poll-list"
    title = _("Новая строка списка")
    description = _("Читает JSON-список по адресу и запускает процесс для каждой строки, которой раньше не было.")
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Poll):
        url: str = Field(
            min_length=8,
            max_length=2000,
            pattern=r"^https?://",
            title=gettext_noop("Адрес"),
            description=gettext_noop("Откуда читать список методом GET"),
        )
        form: Literal["json", "feed", "gmail"] = Field(
            default="json",
            title=gettext_noop("Вид"),
            description=gettext_noop(
                "json — список JSON, feed — записи ленты RSS или Atom, известные по guid, gmail — письма Gmail: "
                "по адресу их список в API, каждое новое читается"
            ),
        )
        item: Literal["event", "row"] = Field(
            default="event",
            title=gettext_noop("Что выходит"),
            description=gettext_noop("event — {event, subject, payload, at}, row — сама строка"),
        )
        items_path: str = Field(
            default="",
            max_length=200,
            alias="itemsPath",
            title=gettext_noop("Путь к списку"),
            description=gettext_noop("Где в ответе список, например data.items; пусто — весь ответ"),
        )
        credential: CredentialRef | None = CredentialField(*HTTP_KINDS)

        @field_validator("items_path")
        @classmethod
        def _is_a_path(cls, path: str) -> str:
            if path:
                paths.parse(path)
            return path

    def run(self, context: NodeContext) -> Done:
        if context.config.item == "event":
            return Done({"out": context.items})
        return Done({"out": [_row(item) for item in context.items]})


def _row(item: Item) -> Item:
    """What came in by hand is the row itself."""
    row = (item.get("payload") or {}).get("row") if isinstance(item.get("payload"), dict) else None
    return row if isinstance(row, dict) else item
