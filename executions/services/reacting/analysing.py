"""What messages say between the lines: events derived by rules from what clients write and what they are answered.

A workflow with a model may tell the same events: under the same key they are one event, and rules that `MESSAGE_RULES`
does not name leave all to the model. The rules are what the product knows by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from integrations import events, message_rules
from integrations.events import Event

ANSWERS: Final = {"message.received": "message.sent", "email.received": "email.sent"}
"""What a client writes, and by what it is answered."""
QUESTIONS: Final = {answer: question for question, answer in ANSWERS.items()}
CHANNELS: Final = {"email.received": "email", "email.sent": "email"}
BROADCAST: Final = "broadcast"
FIRST_WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "greeting": message_rules.GREETING,
    "introduction": message_rules.INTRODUCTION,
}
"""What the first message to a client should hold."""


def analyse(event: Event) -> None:
    """Tell what follows from a message; told again, nothing new follows. Other events are left alone."""
    text = event.payload.get("text")
    if not isinstance(text, str) or event.payload.get(BROADCAST):
        return
    if event.name in ANSWERS:
        _of_client(event, text)
    elif event.name in QUESTIONS:
        _of_employee(event, text)


def _of_client(event: Event, text: str) -> None:
    negative = message_rules.found(text, message_rules.NEGATIVE)
    if negative and _asked_for("negative"):
        _derive(event, "sentiment.negative", {"text": text, "words": negative, "score": -len(negative)})
    conflict = message_rules.found(text, message_rules.CONFLICT)
    if conflict and _asked_for("conflict"):
        _derive(event, "conversation.conflict", {"text": text, "words": conflict})
    before = _last(event, event.name) if _asked_for("question") else None
    if before is None or not message_rules.asks_the_same(str(before.payload.get("text", "")), text):
        return
    answer = _last(event, ANSWERS[event.name])
    if answer is not None and answer.at >= before.at:
        employee = answer.payload.get("employeeId")
        _derive(event, "manager.missed_question", {"question": text} | ({"employeeId": employee} if employee else {}))


def _of_employee(event: Event, text: str) -> None:
    previous = _last(event, event.name)
    broken = [] if previous is not None else _broken(text)
    if broken:
        _derive(event, "manager.standard_violation", {"rule": broken[0], "rules": broken, "text": text})
    question = _last(event, QUESTIONS[event.name])
    if question is None or (previous is not None and previous.at >= question.at):
        return
    seconds = (event.at - question.at).total_seconds()
    if seconds > settings.LATE_REPLY_SECONDS and _asked_for("late"):
        _derive(event, "reply.late", {"seconds": round(seconds)})


def _broken(text: str) -> list[str]:
    """The rules that the first message to a client breaks."""
    broken = [rule for rule, words in FIRST_WORDS.items() if _asked_for(rule) and not message_rules.found(text, words)]
    return [*broken, "need"] if _asked_for("need") and "?" not in text else broken


def _asked_for(rule: str) -> bool:
    return rule in settings.MESSAGE_RULES


def _last(event: Event, name: str) -> Event | None:
    """The message before this one with the same client; what many were told at once is none."""
    return events.last_before(event, name, without=BROADCAST) if event.subject else None


def _derive(event: Event, name: str, payload: dict[str, Any]) -> None:
    carried = {key: event.payload[key] for key in ("messageId", "channel", "employeeId") if key in event.payload}
    carried.setdefault("channel", CHANNELS.get(event.name, "chat"))
    events.emit(
        project_id=event.project_id,
        name=name,
        subject=event.subject,
        payload=carried | payload,
        dedupe_key=key_of(event),
        source="rules",
        depth=event.depth,
    )


def key_of(event: Event) -> str:
    """By what all who judge a message name it, `subject:messageId`, so that each verdict on it is one event."""
    number = event.payload.get("messageId")
    named = event.subject and isinstance(number, str | int)
    return f"{event.subject}:{number}"[:255] if named else str(event.pk)
