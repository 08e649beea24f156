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
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        """As people call themselves there."""
        return " ".join(f"{self.first_name} {self.last_name}".split())


class Contact(Shape):
    """A number that somebody shared; `user_id` is whose it is, where Telegram knows."""

    phone_number: str = ""
    user_id: Id | None = None


class File(Shape):
    """A photo's size or a document; `file_size` is in bytes."""

    file_id: str
    file_size: int = 0
    file_name: str = ""


class Message(Shape):
    message_id: Id = 0
    chat: Chat
    sender: Sender | None = Field(default=None, alias="from")
    text: str = ""
    caption: str = ""
    contact: Contact | None = None
    photo: list[File] = []
    document: File | None = None
    video: File | None = None
    audio: File | None = None
    voice: File | None = None
    media_group_id: str = ""
    markup: dict[str, Any] = Field(default_factory=dict, alias="reply_markup")
    reply_to_message: Message | None = None

    @property
    def words(self) -> str:
        return self.text or self.caption

    @property
    def file(self) -> File | None:
        """The file that it carries, a photo in its largest size."""
        if self.photo:
            largest = self.photo[-1]
            return largest.model_copy(update={"file_name": f"photo-{self.message_id}.jpg"})
        found = self.document or self.video or self.audio or self.voice
        if found is None or found.file_name:
            return found
        return found.model_copy(update={"file_name": f"file-{self.message_id}"})


class PressedMessage(Shape):
    """The message of a button; of one that Telegram cannot show any more, ids are all there is."""

    message_id: Id
    chat: Chat
    markup: dict[str, Any] = Field(default_factory=dict, alias="reply_markup")


class CallbackQuery(Shape):
    """A button that was pressed."""

    id: str
    sender: Sender = Field(alias="from")
    message: PressedMessage | None = None
    data: str = ""


class Membership(Shape):
    status: str


class ChatMemberChange(Shape):
    """The bot was let into a chat, or put out of it."""

    chat: Chat
    sender: Sender = Field(alias="from")
    new_chat_member: Membership


class Update(Shape):
    """Something that happened to the bot; exactly one of the rest is there, or none that is known."""

    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberChange | None = None


def read_update(raw: dict[str, Any]) -> Update | None:
    """The update in a JSON object; None when its shape is another or its texts must not be let in."""
    try:
        check(raw)
        return Update.model_validate(raw)
    except (UnsafeJSON, ValidationError):
        return None
