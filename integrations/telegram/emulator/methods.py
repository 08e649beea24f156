"""The methods of the Bot API that a bot like ours uses, with the checks and the words of the real server."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from integrations.telegram.emulator import formatting, keyboards
from integrations.telegram.emulator.limits import Limits
from integrations.telegram.emulator.media import Upload, described
from integrations.telegram.emulator.refusals import MESSAGE_TOO_OLD_TO_ANSWER, NOT_MODIFIED, Refusal, bad
from integrations.telegram.emulator.updates import Updates
from integrations.telegram.emulator.webhook import Webhook
from integrations.telegram.emulator.world import PRESS_SECONDS, Message, World

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
MAX_TOAST: Final = 200
MAX_DOWNLOAD: Final = 20_000_000
COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")

Values = Mapping[str, Any]
Method = Callable[[Values, Mapping[str, Upload]], Any]


class Methods:
    """`call` is one request. Everything happens under the lock of the world."""

    def __init__(self, *, world: World, updates: Updates, webhook: Webhook, limits: Limits) -> None:
        self._world = world
        self._updates = updates
        self._webhook = webhook
        self._limits = limits
        self._known: dict[str, Method] = {
            "getme": lambda values, files: self._world.bot,
            "getupdates": lambda values, files: self._updates.batch(dict(values)),
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda values, files: self._webhook.info(),
            "sendmessage": self._send_message,
            "sendphoto": lambda values, files: self._send_media("photo", values, files),
            "senddocument": lambda values, files: self._send_media("document", values, files),
            "sendmediagroup": self._send_album,
            "sendchataction": self._send_action,
            "editmessagetext": self._edit_text,
            "editmessagereplymarkup": self._edit_markup,
            "deletemessage": self._delete,
            "answercallbackquery": self._answer_press,
            "getfile": self._get_file,
            "getchat": self._get_chat,
            "setmycommands": self._set_commands,
            "getmycommands": lambda values, files: self._world.commands,
        }

    def call(self, method: str, values: Values, files: Mapping[str, Upload]) -> Any:
        """The `result` of the method, whose name may be written in any case. Raises `Refusal`."""
        known = self._known.get(method.lower())
        if known is None:
            raise Refusal(404, "Not Found: method not found")
        with self._world.changed:
            return known(values, files)

    # --- the webhook --------------------------------------------------------------------------------------------------

    def _set_webhook(self, values: Values, files: Mapping[str, Upload]) -> bool:
        self._webhook.set(values)
        return True

    def _delete_webhook(self, values: Values, files: Mapping[str, Upload]) -> bool:
        self._webhook.remove()
        if _true(values.get("drop_pending_updates")):
            self._updates.waiting = []
        return True

    # --- sending ------------------------------------------------------------------------------------------------------

    def _send_message(self, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        chat = self._chat(values)
        text, entities = self._text(values, "text")
        return self._send(chat, _texts("text", text, entities), values)

    def _send_media(self, kind: str, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        chat = self._chat(values)
        content = self._media(kind, str(values.get(kind, "")), files)
        caption, entities = self._caption(values)
        return self._send(chat, {**content, **_texts("caption", caption, entities)}, values)

    def _send_album(self, values: Values, files: Mapping[str, Upload]) -> list[dict[str, Any]]:
        chat = self._chat(values)
        items = _json(values.get("media"), "media")
        if not isinstance(items, list) or not 2 <= len(items) <= 10:
            raise bad("expected 2-10 media in the album")
        album = secrets.token_hex(6)
        contents = []
        for item in items:
            caption, entities = self._caption(item)
            media = self._media(str(item["type"]), str(item["media"]).removeprefix("attach://"), files)
            contents.append({**media, **_texts("caption", caption, entities), "media_group_id": album})
        return [self._send(chat, content, values) for content in contents]

    def _send_action(self, values: Values, files: Mapping[str, Upload]) -> bool:
        self._world.require_reachable(self._chat(values))
        return True

    def _send(self, chat: int, content: dict[str, Any], values: Values) -> dict[str, Any]:
        keyboard, wish = keyboards.split(keyboards.read(values.get("reply_markup")))
        self._world.require_reachable(chat)
        self._limits.count(chat)
        reply = values.get("reply_to_message_id")
        if values.get("reply_parameters"):
            reply = _json(values["reply_parameters"], "reply parameters").get("message_id")
        reply_to = int(reply) if reply else None
        if reply_to and self._world.find(chat, reply_to) is None:
            raise bad("message to be replied not found")
        message = self._world.add_message(
            chat, self._world.bot, content, keyboard=keyboard, asks_reply=wish, reply_to=reply_to
        )
        return self._world.show(message)

    def _media(self, kind: str, name: str, files: Mapping[str, Upload]) -> dict[str, Any]:
        upload = files.get(name.removeprefix("attach://")) or files.get(kind)
        if upload is not None:
            return described(kind, self._world.keep_file(upload.name, upload.content), upload)
        if name.startswith(("http://", "https://")):  # the real server fetches it; nothing is fetched here
            upload = Upload(name.rpartition("/")[2] or "file", b"")
            return described(kind, self._world.keep_file(upload.name, upload.content), upload)
        if name in self._world.files:
            return described(kind, name, Upload(*self._world.files[name]))
        raise bad("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")

    # --- changing -----------------------------------------------------------------------------------------------------

    def _edit_text(self, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        message = self._own_message(values, "edit")
        text, entities = self._text(values, "text")
        keyboard = keyboards.split(keyboards.read(values.get("reply_markup")))[0]
        content = _texts("text", text, entities)
        return self._edit(message, content, keyboard)

    def _edit_markup(self, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        message = self._own_message(values, "edit")
        return self._edit(message, message.content, keyboards.split(keyboards.read(values.get("reply_markup")))[0])

    def _edit(self, message: Message, content: dict[str, Any], keyboard: dict[str, Any] | None) -> dict[str, Any]:
        if (message.content, message.keyboard) == (content, keyboard):
            raise Refusal(400, NOT_MODIFIED)
        self._limits.count(message.chat)
        message.content, message.keyboard = content, keyboard
        message.edits += 1
        self._world.touch()
        return self._world.show(message)

    def _delete(self, values: Values, files: Mapping[str, Upload]) -> bool:
        message = self._own_message(values, "delete")
        del self._world.chats[message.chat][message.id]
        self._world.touch()
        return True

    def _own_message(self, values: Values, verb: str) -> Message:
        chat = self._chat(values)
        self._world.require_reachable(chat)
        message = self._world.find(chat, int(values.get("message_id", 0)))
        if message is None:
            raise bad(f"message to {verb} not found")
        if not message.from_bot:
            raise bad(f"message can't be {'edited' if verb == 'edit' else 'deleted'}")
        return message

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _answer_press(self, values: Values, files: Mapping[str, Upload]) -> bool:
        press = self._world.presses.pop(str(values.get("callback_query_id", "")), None)
        if press is None or self._world.clock() - press.at > PRESS_SECONDS:
            raise Refusal(400, MESSAGE_TOO_OLD_TO_ANSWER)
        text = str(values.get("text", ""))
        if len(text) > MAX_TOAST:
            raise bad("MESSAGE_TOO_LONG")
        toast = {"press": press.id, "text": text, "alert": _true(values.get("show_alert"))}
        self._world.people[press.person].toasts.append(toast)
        self._world.touch()
        return True

    def _get_file(self, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        file_id = str(values.get("file_id", ""))
        if file_id not in self._world.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        name, content = self._world.files[file_id]
        if len(content) > MAX_DOWNLOAD:
            raise bad("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": len(content),
            "file_path": f"{file_id}/{name}",
        }

    def _get_chat(self, values: Values, files: Mapping[str, Upload]) -> dict[str, Any]:
        chat = self._chat(values)
        if chat not in self._world.people and chat not in self._world.groups:
            raise bad("chat not found")
        return self._world.chat(chat)

    def _set_commands(self, values: Values, files: Mapping[str, Upload]) -> bool:
        commands = _json(values.get("commands"), "commands")
        if not all(COMMAND.fullmatch(str(one.get("command", ""))) and one.get("description") for one in commands):
            raise bad("BOT_COMMAND_INVALID")
        self._world.commands = commands
        self._world.touch()
        return True

    # --- reading ------------------------------------------------------------------------------------------------------

    def _chat(self, values: Values) -> int:
        try:
            return int(values["chat_id"])
        except (KeyError, TypeError, ValueError):
            raise bad("chat_id is empty" if not values.get("chat_id") else "chat not found") from None

    def _text(self, values: Values, name: str) -> tuple[str, list[dict[str, Any]]]:
        text, entities = formatting.read(str(values.get(name) or ""), str(values.get("parse_mode") or ""))
        if not text:
            raise bad("message text is empty")
        if len(text) > MAX_TEXT:
            raise bad("message is too long")
        return text, entities

    def _caption(self, values: Values) -> tuple[str, list[dict[str, Any]]]:
        text, entities = formatting.read(str(values.get("caption") or ""), str(values.get("parse_mode") or ""))
        if len(text) > MAX_CAPTION:
            raise bad("message caption is too long")
        return text, entities


def _texts(name: str, text: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    if not text:
        return {}
    kind = "entities" if name == "text" else f"{name}_entities"
    return {name: text, **({kind: entities} if entities else {})}


def _json(raw: Any, name: str) -> Any:
    try:
        return json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def _true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes")
