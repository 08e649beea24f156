"""What the chat page, and tests in other processes, ask of the emulator: one function per act, JSON in and out."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from integrations.telegram.emulator import formatting
from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.faults import named
from integrations.telegram.emulator.media import Upload
from integrations.telegram.emulator.world import Message, Person

LOOK_SECONDS = 20.0
SHOWN_MESSAGES = 200
SHOWN_TOASTS = 20

Words = dict[str, Any]


class Control:
    """`act` raises `KeyError`, `ValueError` or `LookupError` for words that make no sense."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._acts: dict[str, Callable[[Words], Any]] = {
            "people": self._add_person,
            "write": self._write,
            "press": self._press,
            "files": self._send_files,
            "contact": self._contact,
            "edit": lambda words: emulator.acts.edit(words["person"], words["message"], words["text"]),
            "block": lambda words: emulator.acts.block(words["person"], blocked=bool(words["blocked"])),
            "delete": lambda words: emulator.acts.delete_message(words["person"], words["message"]),
            "fault": lambda words: emulator.faults.add(named(words["kind"], words)),
            "updates": self._disorder,
            "limits": self._limit,
            "reset": lambda words: emulator.reset(),
        }

    def act(self, name: str, words: Words) -> Any:
        return self._acts[name](words)

    def state(self, after: int) -> Words:
        """Everything that the page shows, as soon as it is newer than `after`, or after a while."""
        world = self._emulator.world
        with world.changed:
            world.changed.wait_for(lambda: world.revision != after, timeout=LOOK_SECONDS)
            return {
                "revision": world.revision,
                "bot": world.bot,
                "commands": world.commands,
                "webhook": self._emulator.webhook.info(),
                "waiting": len(self._emulator.updates.waiting),
                "people": [self._show_person(person) for person in world.people.values()],
            }

    def calls(self) -> list[Words]:
        """The bot's requests, the newest last."""
        with self._emulator.world.changed:
            return [vars(call) for call in self._emulator.world.calls]

    def _show_person(self, person: Person) -> Words:
        messages = sorted(self._emulator.world.chats.get(person.id, {}).values(), key=lambda message: message.id)
        return {
            "id": person.id,
            "name": person.first_name,
            "language": person.language_code,
            "blocked": person.blocked,
            "toasts": person.toasts[-SHOWN_TOASTS:],
            "messages": [self._show_message(message) for message in messages[-SHOWN_MESSAGES:]],
        }

    def _show_message(self, message: Message) -> Words:
        content = message.content
        text, entities = content.get("text") or content.get("caption", ""), content.get("entities") or []
        return {
            "id": message.id,
            "mine": not message.from_bot,
            "at": message.date,
            "html": formatting.as_html(text, entities or content.get("caption_entities", [])),
            "photo": content["photo"][-1]["file_id"] if "photo" in content else "",
            "document": content.get("document", {}),
            "contact": content.get("contact", {}).get("phone_number", ""),
            "buttons": (message.keyboard or {}).get("inline_keyboard", []),
            "wish": message.asks_reply,
            "replyTo": message.reply_to,
            "edited": message.edits,
        }

    def _add_person(self, words: Words) -> None:
        language = str(words.get("language", "ru"))
        self._emulator.acts.person(
            int(words["id"]), str(words["name"]), language_code=language, phone=str(words.get("phone", ""))
        )

    def _write(self, words: Words) -> int:
        return self._emulator.acts.write(words["person"], str(words["text"]), reply_to=words.get("replyTo"))

    def _press(self, words: Words) -> str:
        return self._emulator.acts.press(
            words["person"], str(words.get("button", "")), message_id=words.get("message"), data=words.get("data")
        )

    def _send_files(self, words: Words) -> list[int]:
        files = [Upload(str(one["name"]), base64.b64decode(one["content"])) for one in words["files"]]
        return self._emulator.acts.send_files(
            words["person"], files, caption=str(words.get("caption", "")), photos=bool(words.get("photos"))
        )

    def _contact(self, words: Words) -> int:
        return self._emulator.acts.share_contact(words["person"], of=words.get("of"), phone=str(words.get("phone", "")))

    def _disorder(self, words: Words) -> None:
        with self._emulator.world.changed:
            self._emulator.updates.doubled = int(words.get("double", 0))
            self._emulator.updates.swapped = int(words.get("swap", 0))

    def _limit(self, words: Words) -> None:
        self._emulator.limits.enforced = bool(words["enforced"])
