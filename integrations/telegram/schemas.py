"""Shapes of Telegram's updates, as far as they are used; unknown keys are let by."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from integrations.safe_json import UnsafeJSON, check

Id = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Chat(Shape):
    """`type` is private, group, supergroup or channel; the id of a private chat is that of the person."""

    id: Id
    type: str


class Sender(Shape):
    """`language_code` is the language of the person's Telegram, e.g. `pt-br`, where it tells."""

    id: Id
    language_code: str | None = None


class Message(Shape):
    chat: Chat
    sender: Sender | None = Field(default=None, alias="from")


class Update(Shape):
    """Something that happened to the bot; it has a `message` when a new one came."""

    update_id: Id
    message: Message | None = None


def read_update(raw: dict[str, Any]) -> Update | None:
    """The update in a JSON object; None when its shape is another or its texts must not be let in."""
    try:
        check(raw)
        return Update.model_validate(raw)
    except (UnsafeJSON, ValidationError):
        return None
