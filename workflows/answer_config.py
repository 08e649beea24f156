"""Fields of triggers whose callers may wait for an answer: when they get it, and how long they wait."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

AnswerMode = Literal["at_once", "finished", "node"]


def AnswerField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """When the caller is answered."""
    return Field(
        default="at_once",
        title=gettext_noop("Когда отвечать"),
        description=gettext_noop(
            "at_once — сразу, finished — когда запуск закончен, node — ответом узла «Ответить на вебхук»"
        ),
    )


def AnswerWaitField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """A field `waitSeconds`: how long the caller waits at most."""
    return Field(
        default=30,
        gt=0,
        le=120,
        alias="waitSeconds",
        title=gettext_noop("Сколько ждать, с"),
        description=gettext_noop("Сколько секунд вызвавший ждёт конца запуска или ответа узла"),
    )
