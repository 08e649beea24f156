"""Incoming webhooks of team chats. Their address is the secret: it is kept as a credential and sent nowhere else."""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from integrations.service_client import ServiceClient

Chat = Literal["slack", "discord", "mattermost"]
LIMITS: Final = {"slack": 40_000, "discord": 2_000, "mattermost": 16_383}
"""Characters of one message."""


class ChatWebhook(ServiceClient):
    """Posts into the one channel that the webhook was made for."""

    rest_seconds = 5.0

    def post(self, chat: Chat, text: str, *, credential: UUID, sender: str = "") -> None:
        """Post a text. Nobody is called by it: mentions of everybody are taken out of force where the chat allows it.

        Raises the door's errors; `details.answer` of a refusal is what the chat says.
        """
        secret = self._scope.secret(credential)
        self._ask(
            "POST",
            secret.value.strip(),
            json=_message(chat, text, sender),
            credential=credential,
            bucket=f"chat:{credential}",
        )


def _message(chat: Chat, text: str, sender: str) -> dict[str, Any]:
    fitting = text if len(text) <= LIMITS[chat] else text[: LIMITS[chat] - 1] + "…"
    if chat == "discord":
        named = {"username": sender} if sender else {}
        return {"content": fitting, "allowed_mentions": {"parse": []}, **named}
    named = {"username": sender} if sender and chat == "mattermost" else {}
    return {"text": fitting, **named}
