"""A step asks in Telegram and sleeps until somebody presses a button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions.models import Execution
from tests.fakes.bot_api import BOT_ID, BotAPI
from tests.integration import runs
from tests.integration.executions import driving
from tickets.telegram import handler

pytestmark = pytest.mark.django_db(transaction=True)

ASK = {"chat": 5, "text": "Отгружать <заказ>?", "options": ["Да", "Нет"], "timeoutSeconds": 3600}


@pytest.fixture(autouse=True)
def steady_clock() -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def ask(**config: Any) -> Execution:
    user = runs.person()
    flow = runs.workflow(user, ("ask", "telegram-ask", {"config": ASK | config}))
    execution = runs.start(flow, user, input_data={"order": 1})
    driving.work_off()
    return execution


def told(telegram: BotAPI, who: int, button: str) -> Any:
    """What somebody is told who presses a button of the question."""
    message = telegram.messages_to(5)[-1].id
    telegram.acts.press(5, button, message_id=message)
    update = telegram.waiting[-1]
    update["callback_query"]["from"] |= {"id": who, "language_code": "ru"}
    reply = handler.handle(update, bot_id=BOT_ID)
    driving.work_off()
    return reply.text if reply is not None else None


def test_the_first_press_is_the_answer(telegram: BotAPI) -> None:
    """R3-15, R3-16."""
    execution = ask()
    assert telegram.texts_to(5) == ["Отгружать <заказ>?"]
    assert driving.status(execution) == "running"

    assert told(telegram, 5, "Нет") == "Ответ принят"
    assert told(telegram, 6, "Да") == "Ответ уже есть"

    assert driving.status(execution) == "succeeded"
    (item,) = driving.items(execution, "ask", "answered")
    answer = item["payload"]
    assert (answer["choice"], answer["answer"], answer["personId"], answer["chatId"]) == (1, "Нет", 5, 5)


def reply(telegram: BotAPI, words: str, *, to: int) -> None:
    telegram.acts.write(5, words, reply_to=to)
    handler.handle(telegram.waiting[-1], bot_id=BOT_ID)
    driving.work_off()


def test_who_replies_to_the_question_answers_in_their_own_words(telegram: BotAPI) -> None:
    execution = ask(ownWords=True, options=[])
    question = telegram.messages_to(5)[-1].id
    assert told(telegram, 5, "Ответить текстом") == "Ответьте на это сообщение: ваши слова и будут ответом"
    assert driving.status(execution) == "running"

    reply(telegram, " Только половину ", to=question)
    reply(telegram, "Всё", to=question)

    assert driving.status(execution) == "succeeded"
    (item,) = driving.items(execution, "ask", "answered")
    answer = item["payload"]
    assert (answer["choice"], answer["answer"], answer["personId"]) == (None, "Только половину", 5)
    assert telegram.texts_to(5)[-2:] == ["Ответ принят", "Ответ уже есть"]


def test_a_reply_to_a_question_with_buttons_alone_is_no_answer(telegram: BotAPI) -> None:
    execution = ask()
    reply(telegram, "Может быть", to=telegram.messages_to(5)[-1].id)
    assert driving.status(execution) == "running"


def test_when_nobody_answers_the_items_leave_by_the_other_port(telegram: BotAPI) -> None:
    """R3-15, R3-16."""
    execution = ask()
    clock.shift(connection, 3601)
    driving.work_off()
    assert driving.items(execution, "ask", "timeout") == [{"order": 1}]


def test_a_button_that_nobody_was_shown_answers_nothing(telegram: BotAPI) -> None:
    execution = ask()
    telegram.acts.press(5, "Да")
    update = telegram.waiting[-1]
    update["callback_query"]["data"] = f"a:1:{'0' * 32}:0:{'0' * 8}"
    handler.handle(update, bot_id=BOT_ID)
    driving.work_off()
    assert driving.status(execution) == "running"


def test_an_answer_counts_in_the_chat_that_was_asked_and_if_it_was_offered(telegram: BotAPI) -> None:
    """S14: a program may press what it likes; another number, or another chat, is no answer."""
    execution = ask()
    telegram.acts.press(5, "Да")
    update = telegram.waiting[-1]
    query = update["callback_query"]
    offered = query["data"]
    third = re.sub(r":0:(\w+)$", r":2:\1", offered)
    for number, data, chat in ((1, third, 5), (2, offered, 6)):
        forged = {**query, "data": data, "message": {**query["message"], "chat": {"id": chat, "type": "private"}}}
        reply = handler.handle({"update_id": number, "callback_query": forged}, bot_id=BOT_ID)
        assert reply is not None
        assert reply.text == "Кнопка устарела"
    driving.work_off()
    assert driving.status(execution) == "running"


WHY = "Почему «Нет»? Ответьте на это сообщение: без причины ответ не засчитывается"


def test_a_refusal_counts_once_its_reason_is_told(telegram: BotAPI) -> None:
    """R3-15: a mandatory reason on reject."""
    execution = ask(reasonFor=["Нет"])
    assert told(telegram, 5, "Нет") == "Напишите причину"
    assert driving.status(execution) == "running"
    assert telegram.texts_to(5)[-1] == WHY

    reply(telegram, " Нет на складе ", to=telegram.messages_to(5)[-1].id)

    assert driving.status(execution) == "succeeded"
    (item,) = driving.items(execution, "ask", "answered")
    answer = item["payload"]
    assert (answer["choice"], answer["answer"], answer["reason"]) == (1, "Нет", "Нет на складе")


def test_an_answer_without_a_reason_wins_over_a_refusal_that_has_none_yet(telegram: BotAPI) -> None:
    """R3-15: whoever pressed and said nothing has decided nothing."""
    execution = ask(reasonFor=["Нет"])
    question = telegram.messages_to(5)[-1].id
    told(telegram, 5, "Нет")
    why = telegram.messages_to(5)[-1].id

    telegram.acts.press(5, "Да", message_id=question)
    handler.handle(telegram.waiting[-1], bot_id=BOT_ID)
    driving.work_off()
    reply(telegram, "Поздно", to=why)

    (item,) = driving.items(execution, "ask", "answered")
    assert (item["payload"]["choice"], item["payload"].get("reason")) == (0, None)
    assert telegram.texts_to(5)[-1] == "Ответ уже есть"


def test_who_has_not_answered_is_asked_once_more(telegram: BotAPI) -> None:
    """R3-15: a reminder, whose buttons answer like those of the question."""
    execution = ask(remindAfterSeconds=600)
    clock.shift(connection, 599)
    driving.work_off()
    assert len(telegram.texts_to(5)) == 1
    clock.shift(connection, 601)
    driving.work_off()
    assert telegram.texts_to(5)[1:] == ["Напоминание: вопрос ещё ждёт ответа\n\nОтгружать <заказ>?"]
    assert told(telegram, 5, "Да") == "Ответ принят"
    assert driving.status(execution) == "succeeded"


def test_nobody_is_reminded_of_what_is_answered(telegram: BotAPI) -> None:
    """R3-15."""
    ask(remindAfterSeconds=600)
    told(telegram, 5, "Да")
    clock.shift(connection, 601)
    driving.work_off()
    assert len(telegram.texts_to(5)) == 1
