"""The buttons under a question that a step has asked, and what a press on one of them or a reply to it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.crypto import constant_time_compare, salted_hmac

KIND: Final = "a"
"""How the data of such a button begins, see `tickets.telegram.buttons`."""
EVENT: Final = "telegram.answered"
"""`{"choice": number from 0, "answer": the button's words, "chatId", "personId", "name"}`, the question as subject.
Of an answer in the person's own words `choice` is null; one that needs a reason has it as `reason`."""
OWN_WORDS: Final = 99
"""The number of the button under a question that may be answered in one's own words, by replying to it."""
WITH_REASON: Final = 40
"""A button whose answer needs a reason carries its number plus this: nobody can press it without."""
SEAL_DIGITS: Final = 8
DATA: Final = re.compile(rf"{KIND}:(\d{{1,10}}):([0-9a-f]{{32}}):(\d{{1,2}}):([0-9a-f]{{{SEAL_DIGITS}}})")


@dataclass(frozen=True)
class Chosen:
    """Which button of which question of which project. `seal` is what only we could write for its chat."""

    project_id: int
    question: str
    choice: int
    seal: str

    @property
    def needs_reason(self) -> bool:
        return WITH_REASON <= self.choice < OWN_WORDS


def choice_of(question: str, choice: int, *, project_id: int, chat: int) -> Chosen:
    """The button of this number under a question that is asked in this chat."""
    return Chosen(project_id, question, choice, _seal(project_id, question, choice, chat))


def data_for(chosen: Chosen) -> str:
    """What the button carries: at most 57 of the 64 characters that Telegram takes."""
    return f"{KIND}:{chosen.project_id}:{chosen.question}:{chosen.choice}:{chosen.seal}"


def read(data: str) -> Chosen | None:
    """What a button carries; None for another kind of button."""
    found = DATA.fullmatch(data)
    return None if found is None else Chosen(int(found[1]), found[2], int(found[3]), found[4])


def was_asked(chosen: Chosen, *, chat: int) -> bool:
    """Whether such a button was shown in this chat: a program may press what it likes, wherever it likes."""
    return constant_time_compare(chosen.seal, _seal(chosen.project_id, chosen.question, chosen.choice, chat))


def _seal(project_id: int, question: str, choice: int, chat: int) -> str:
    said = f"{project_id}:{question}:{choice}:{chat}"
    return salted_hmac("telegram.answer", said).hexdigest()[:SEAL_DIGITS]


def words_of(markup: dict[str, Any], data: str) -> str:
    """The words on the button that carries `data`; "" where Telegram does not show the buttons any more."""
    return next((str(button.get("text", "")) for button in _buttons(markup) if button.get("callback_data") == data), "")


def labels(markup: dict[str, Any]) -> list[str]:
    """The words on the buttons."""
    return [str(button.get("text", "")) for button in _buttons(markup)]


def open_question(markup: dict[str, Any]) -> Chosen | None:
    """What a reply to the message with these buttons answers: the question in one's own words, or its reason.

    The only button of a message that needs a reason is the one that the reason is for.
    """
    carried = [chosen for button in _buttons(markup) if (chosen := read(str(button.get("callback_data", ""))))]
    if len(carried) == 1 and carried[0].needs_reason:
        return carried[0]
    return next((chosen for chosen in carried if chosen.choice == OWN_WORDS), None)


def _buttons(markup: dict[str, Any]) -> list[dict[str, Any]]:
    rows = markup.get("inline_keyboard")
    return [button for row in rows for button in row] if isinstance(rows, list) else []
