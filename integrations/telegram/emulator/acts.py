"""What people do in Telegram, as the page and the tests let them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from integrations.telegram.emulator.identity import GROUP, SOMEBODY
from integrations.telegram.emulator.media import Upload, described
from integrations.telegram.emulator.updates import Updates
from integrations.telegram.emulator.world import Message, Person, World


class NoSuchButton(LookupError):
    """There is nothing like that to press in the chat."""


class Acts:
    """Each act becomes the update that Telegram would make of it."""

    def __init__(self, *, world: World, updates: Updates) -> None:
        self._world = world
        self._updates = updates

    def person(self, id: int, first_name: str = SOMEBODY, **fields: Any) -> Person:
        """The person with this id, who is made if there is none yet."""
        with self._world.changed:
            return self._world.people.get(id) or self._world.add_person(Person(id, first_name, **fields))

    def write(self, sender: int, text: str = "/start", *, reply_to: int | None = None, group: int | None = None) -> int:
        """Write to the bot, in private or in a group; returns the update's id."""
        words: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            length = len(text.split()[0])
            words["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self._say(sender, words, reply_to=reply_to, group=group)

    def send_files(
        self,
        sender: int,
        files: Sequence[Upload],
        *,
        caption: str = "",
        photos: bool = True,
        reply_to: int | None = None,
    ) -> list[int]:
        """Send photos or documents, several as one album; returns the updates' ids."""
        album = {"media_group_id": secrets.token_hex(6)} if len(files) > 1 else {}
        numbers = []
        for number, upload in enumerate(files):
            with self._world.changed:
                content = described("photo" if photos else "document", self._keep(upload), upload)
            words = {"caption": caption} if caption and number == 0 else {}
            numbers.append(self._say(sender, {**content, **words, **album}, reply_to=reply_to))
        return numbers

    def share_contact(self, sender: int, *, of: int | None = None, phone: str = "") -> int:
        """Share one's own contact, or that of another person."""
        owner = self.person(of or sender)
        contact = {"phone_number": phone or owner.phone, "first_name": owner.first_name, "user_id": owner.id}
        return self._say(sender, {"contact": contact})

    def edit(self, sender: int, message_id: int, text: str) -> None:
        """Change a text that was sent before."""
        with self._world.changed:
            message = self._world.chats[sender][message_id]
            message.content = {"text": text}
            message.edits += 1
            self._updates.add(f"chat {sender}", edited_message=self._world.show(message))

    def press(
        self, sender: int, button: str, *, message_id: int | None = None, data: str | None = None, gone: bool = False
    ) -> str:
        """Press a button by its words on the newest message that has it; returns the press's id.

        `data` presses what may not be shown any more; with `gone` the message is one that Telegram does not show.
        Raises `NoSuchButton`.
        """
        with self._world.changed:
            self.person(sender)
            message = self._message_with(sender, button, message_id, data)
            words = data or next(one["callback_data"] for one in message.buttons if one["text"] == button)
            press = self._world.new_press(sender)
            shown = self._world.show(message)
            if gone:
                shown = {"chat": shown["chat"], "message_id": message.id, "date": 0}
            query = {
                "id": press.id,
                "from": self._world.people[sender].as_user(),
                "message": shown,
                "chat_instance": str(sender * 31),
                "data": words,
            }
            self._updates.add(f"person {sender}", callback_query=query)
        return press.id

    def _message_with(self, chat: int, button: str, message_id: int | None, data: str | None) -> Message:
        for message in sorted(self._world.chats.get(chat, {}).values(), key=lambda one: -one.id):
            if message_id not in (None, message.id) or not message.from_bot:
                continue
            if data or any(one["text"] == button and "callback_data" in one for one in message.buttons):
                return message
        raise NoSuchButton(button)

    def block(self, sender: int, *, blocked: bool = True) -> None:
        """Block the bot, or let it write again."""
        with self._world.changed:
            person = self.person(sender)
            person.blocked = blocked
            states = ("member", "kicked") if blocked else ("kicked", "member")
            change = {
                "chat": self._world.chat(sender),
                "from": person.as_user(),
                "date": int(self._world.clock()),
                "old_chat_member": {"user": self._world.bot, "status": states[0], "until_date": 0},
                "new_chat_member": {"user": self._world.bot, "status": states[1], "until_date": 0},
            }
            self._updates.add(f"chat {sender}", my_chat_member=change)
            self._world.touch()

    def delete_message(self, chat: int, message_id: int) -> None:
        """A person deletes a message for themselves and for the bot; the bot hears nothing of it."""
        with self._world.changed:
            self._world.chats.get(chat, {}).pop(message_id, None)
            self._world.touch()

    def _say(
        self, sender: int, content: dict[str, Any], *, reply_to: int | None = None, group: int | None = None
    ) -> int:
        with self._world.changed:
            person = self.person(sender)
            person.started = True
            if group is not None:
                self._world.groups.setdefault(group, GROUP)
            chat = sender if group is None else group
            message = self._world.add_message(chat, person.as_user(), content, reply_to=reply_to)
            return self._updates.add(f"chat {chat}", message=self._world.show(message))

    def _keep(self, upload: Upload) -> str:
        return self._world.keep_file(upload.name, upload.content)
