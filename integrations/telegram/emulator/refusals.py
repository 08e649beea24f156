"""The answers "no" of a Bot API server, in its own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MESSAGE_TOO_OLD_TO_ANSWER = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True)
class Answer:
    """What a request is answered: the Bot API's JSON, or with `page` the body of somebody in between.

    With `silent` the work is done and the line is cut before a word of the answer.
    """

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    page: bytes | None = None
    silent: bool = False


def success(result: Any) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def refusal(status: int, description: str, **parameters: Any) -> Answer:
    """The Bot API's JSON of a refusal; `parameters` are e.g. `retry_after`."""
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, {**body, "parameters": parameters} if parameters else body)


class Refusal(Exception):
    """Ends a method with this answer."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.answer = refusal(status, description, **parameters)


def bad(description: str) -> Refusal:
    """400 with Telegram's usual first words."""
    return Refusal(400, f"Bad Request: {description}")


def flood(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
