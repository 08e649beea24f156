"""Conversations with a client in Telegram: what they say between the lines, and what is not said at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions.services import reacting
from integrations.models import Event
from integrations.telegram.bots import Bot
from tests.fakes.scripted import running as scripted_running
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.causes.looking import pass_time
from tests.integration.reacting.causes.two_bots import Bots, bring, send
from tests.integration.reacting.scenes import done, listening, runs_of
from tests.nodes.test_llm_chat import said
from tests.security.keys import stored
from workflows.models import Workflow

ANNA = 501
DAY = 24 * 3600
SILENCE = {"after": "message.sent", "unless": "message.received", "seconds": DAY}


def client_writes(bots: Bots, words: str, *, at: float = 0) -> None:
    clock.shift(connection, at)
    bots[Bot.CLIENTS].write(ANNA, words)
    bring(bots, Bot.CLIENTS)


def we_write(flow: Workflow, user: Any, words: str, *, at: float = 0) -> None:
    """An employee answers, by a workflow that sends what it is told to."""
    clock.shift(connection, at)
    runs.start(flow, user, input_data={"text": words})
    driving.drain()
    send()


@pytest.fixture
def answer(anna: Any, bots: Bots) -> Workflow:
    bots[Bot.CLIENTS].acts.person(ANNA)
    node = ("say", "telegram-send", {"config": {"chat": ANNA, "text": "{{ $json.text }}"}})
    return driving.workflow(anna, driving.definition([node]))


@pytest.mark.parametrize(
    ("words", "name"),
    [("Ужасно, я разочарована", "sentiment.negative"), ("Подам на вас в суд", "conversation.conflict")],
)
def test_what_a_client_says_in_anger_starts_a_chain(anna: Any, bots: Bots, words: str, name: str) -> None:
    """S2-12, seed 1.12, 1.13: «AI-модель выявила негатив», «обнаружен конфликт или недовольство»: by word lists."""
    flow = listening(anna, event=name)
    client_writes(bots, words)
    (run,) = runs_of(flow)
    assert done(run)["payload"]["text"] == words


def test_a_late_answer_without_a_greeting_and_a_missed_question(anna: Any, bots: Bots, answer: Workflow) -> None:
    """S2-12, seed 3.6, 3.7, 3.8: «пропустил важный вопрос», «большой задержкой», «не соответствовало стандарту»."""
    names = ["reply.late", "manager.standard_violation", "manager.missed_question"]
    late, rude, missed = (listening(anna, event=name) for name in names)
    client_writes(bots, "Сколько стоит доставка?")
    we_write(answer, anna, "Да", at=7200)
    assert done(runs_of(late)[0])["payload"]["seconds"] >= 7190
    assert done(runs_of(rude)[0])["payload"]["rule"] == "greeting"
    assert runs_of(missed) == []
    client_writes(bots, "Так сколько стоит доставка?", at=7300)
    assert done(runs_of(missed)[0])["payload"]["question"] == "Так сколько стоит доставка?"
    assert (len(runs_of(late)), len(runs_of(rude))) == (1, 1)


def test_rules_that_are_not_wanted_are_not_applied(anna: Any, bots: Bots, answer: Workflow, settings: Any) -> None:
    """S2-12: `MESSAGE_RULES` says which; two more are there for those who want them."""
    settings.MESSAGE_RULES = ["introduction", "need"]
    client_writes(bots, "Ужасно!")
    we_write(answer, anna, "Добрый день", at=7200)
    (event,) = Event.objects.filter(source="rules")
    assert (event.name, event.payload["rules"]) == ("manager.standard_violation", ["introduction", "need"])


def test_a_model_takes_the_place_of_the_rules_and_never_doubles_them(anna: Any, bots: Bots, settings: Any) -> None:
    """S2-12: the slot for a model: llm-chat and emit-event under the key that the rules use."""
    reacted = listening(anna, event="sentiment.negative")
    with scripted_running() as service:
        settings.OUTBOUND_ALLOW = [service.endpoint]
        service.answers = [said('{"mood": "bad"}'), said('{"mood": "bad"}')]
        key = stored(kind="openai", value="sk-key", settings={"baseUrl": service.url("/v1/")})
        listener = {"config": {"event": "message.received"}}
        schema = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}, "required": ["mood"]}
        prompt = "Is this angry? {{ $json.payload.text }}"
        model = {"config": {"credential": str(key.pk), "model": "small", "prompt": prompt, "answer": schema}}
        verdict = {
            "event": "sentiment.negative",
            "subject": "{{ $json.subject }}",
            "payload": {"text": "{{ $json.payload.text }}"},
            "dedupKey": "{{ $json.subject }}:{{ $json.payload.messageId }}",
        }
        nodes: list[driving.NodeSpec] = [("hear", "trigger-event", listener), ("ask", "llm-chat", model)]
        nodes.append(("tell", "emit-event", {"config": verdict}))
        driving.workflow(anna, driving.definition(nodes, [("hear", "ask"), ("ask", "tell")]))
        client_writes(bots, "Ну вы даёте, конечно")
        client_writes(bots, "Это ужасно")
        send()
    assert [done(run)["payload"]["text"] for run in runs_of(reacted)] == ["Ну вы даёте, конечно", "Это ужасно"]
    assert Event.objects.filter(name="sentiment.negative").count() == 2


def test_a_client_who_does_not_answer_within_a_day_is_told_of_once(anna: Any, bots: Bots, answer: Workflow) -> None:
    """X-4, S2-6, seed 1.10: «Прошли сутки, а клиент не ответил»: a message goes out, and nothing comes back."""
    flow = listening(anna, "trigger-absence", **SILENCE)
    client_writes(bots, "Здравствуйте")
    we_write(answer, anna, "Здравствуйте! Вам удобно в среду?")
    pass_time(DAY - 60)
    assert runs_of(flow) == []
    connection.close()  # whoever looked after it until now is gone
    for _time in range(3):
        pass_time(DAY + 60)
    (run,) = runs_of(flow)
    assert done(run)["event"] == "client.no_reply"


def test_a_client_who_answers_at_23_59_is_not_told_of(anna: Any, bots: Bots, answer: Workflow) -> None:
    """X-4: the reply comes a minute before the end, and its listeners are told only after it."""
    flow = listening(anna, "trigger-absence", **SILENCE)
    client_writes(bots, "Здравствуйте")
    we_write(answer, anna, "Здравствуйте! Вам удобно в среду?")
    connection.close()
    client_writes(bots, "Да", at=DAY - 60)
    clock.shift(connection, DAY + 60)
    reacting.fire_due()
    pass_time(DAY + 120)
    assert runs_of(flow) == []
