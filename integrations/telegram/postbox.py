"""Where a step leaves its messages for Telegram: the outbox sends them, at the pace that Telegram takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final, Self

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from accounts import clock
from integrations import outbox
from integrations.scope import CallScope
from integrations.telegram.bots import configured
from integrations.telegram.errors import TokenMissing
from integrations.telegram.keyboard import Button, buttons
from integrations.telegram.questions import OWN_WORDS, WITH_REASON, choice_of, data_for

TOPIC: Final = "telegram.send"  # of `integrations.telegram.delivery`, which loads the client
REMINDER: Final = "telegram.remind"  # of `executions.services.reminding`, which knows what is still waited for


class Postbox:
    """Messages of one step. Each has a `name` within it: a repeated step sends none twice."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope
        self._key = scope.headers["Idempotency-Key"]

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """Raises `TokenMissing`: without a bot a message would wait for ever."""
        if not configured():
            raise TokenMissing
        return cls(scope)

    def ask(
        self,
        chat: int,
        text: str,
        options: Sequence[str],
        *,
        own_words: bool = False,
        reason_for: Collection[str] = (),
        remind_seconds: float | None = None,
    ) -> str:
        """Leave a question with a button for each option; gives the subject of the event `questions.EVENT`.

        With `own_words` it has one more button, and a reply to the message is an answer, too. An option of
        `reason_for` counts once its reason is told. After `remind_seconds` it is asked again, if it is still waited
        for. The subject cannot be guessed: whoever is not shown the buttons cannot answer.
        """
        question = salted_hmac("telegram.ask", self._key).hexdigest()[:32]
        project = self._scope.project_id()
        choices = [
            *((number + WITH_REASON * (words in reason_for), words) for number, words in enumerate(options)),
            *([(OWN_WORDS, gettext("Ответить текстом"))] if own_words else []),
        ]
        rows = [
            [Button(words, data=data_for(choice_of(question, number, project_id=project, chat=chat)))]
            for number, words in choices
        ]
        self.post(chat, text, name="ask", markup=buttons(rows))
        if remind_seconds is not None:
            again = gettext("Напоминание: вопрос ещё ждёт ответа")
            payload = {"chatId": chat, "text": f"{again}\n\n{text}", "markup": buttons(rows), "question": question}
            outbox.add(
                topic=REMINDER,
                payload=payload,
                dedupe_key=f"{REMINDER}:{self._key}"[:255],
                available_at=clock.read() + timedelta(seconds=remind_seconds),
                queue="notifications",
            )
        return question

    def post(
        self,
        chat: int,
        text: str,
        *,
        name: str,
        markup: dict[str, Any] | None = None,
        file: dict[str, str] | None = None,
    ) -> None:
        """Leave a message: `text` in Telegram's HTML, `markup` of `keyboard`, `file` as `delivery.send` takes it."""
        payload: dict[str, Any] = {"chatId": chat, "text": text, "depth": self._scope.depth()}
        payload |= {key: value for key, value in {"markup": markup, "file": file}.items() if value is not None}
        outbox.add(
            topic=TOPIC,
            payload=payload,
            dedupe_key=f"{TOPIC}:{self._key}:{name}"[:255],
            ordering_key=str(chat),
            queue="notifications",
        )
