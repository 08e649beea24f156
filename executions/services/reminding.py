"""Asking again in Telegram what a step still waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executions.engine.states import StepStatus
from executions.models import Step
from integrations import outbox
from integrations.telegram.postbox import TOPIC
from integrations.telegram.questions import EVENT


def remind(payload: Mapping[str, Any]) -> None:
    """The outbox's handler for `telegram.remind`: nobody is reminded of what is answered, timed out or stopped.

    `question` is the subject that the step waits for; the rest is the message, as `telegram.send` takes it.
    """
    message = dict(payload)
    question = message.pop("question")
    if Step.objects.filter(status=StepStatus.WAITING, wait_event=EVENT, wait_subject=question).exists():
        outbox.add(
            topic=TOPIC,
            payload=message,
            dedupe_key=f"{TOPIC}:{question}:reminder",
            ordering_key=str(message["chatId"]),
            queue="notifications",
        )
