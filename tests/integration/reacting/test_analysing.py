"""What the rules read in messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from integrations.models import Event
from tests.integration.reacting.scenes import happen, listening, runs_of

DERIVED = (
    "sentiment.negative",
    "conversation.conflict",
    "manager.missed_question",
    "manager.standard_violation",
    "reply.late",
)


@pytest.fixture(autouse=True)
def _clock(anna: Any) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def says(name: str, text: str, at: float = 0) -> None:
    clock.shift(connection, at)
    happen(name, subject="c-1", payload={"messageId": text, "channel": "telegram", "text": text})


def derived() -> list[str]:
    return sorted(Event.objects.filter(name__in=DERIVED).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Это ужасно, я очень недовольна", ["sentiment.negative"]),
        ("Пойду в суд!", ["conversation.conflict"]),
        ("This is the worst service, I want a refund", ["conversation.conflict", "sentiment.negative"]),
        ("Péssimo atendimento", ["sentiment.negative"]),
        ("Спасибо, всё хорошо", []),
        ("When will you process my order?", []),
        ("Vou abrir um processo", ["conversation.conflict"]),
        ("", []),
    ],
)
def test_angry_words_are_heard_in_three_languages(anna: Any, text: str, names: list[str]) -> None:
    """S2-12: the product ships the events and rules by words, not a model."""
    says("message.received", text)
    assert derived() == names


def test_a_derived_event_starts_its_chain(anna: Any) -> None:
    flow = listening(anna, event="sentiment.negative")
    says("message.received", "Кошмар какой-то")
    (run,) = runs_of(flow)
    assert run.input_data["payload"]["words"] == ["кошмар"]


def test_late_replies_missing_greetings_and_missed_questions_are_noticed(anna: Any) -> None:
    says("message.received", "Сколько стоит доставка?")
    says("message.sent", "Да", at=2 * 3600)
    assert derived() == ["manager.standard_violation", "reply.late"]
    says("message.received", "Так сколько стоит доставка?", at=2 * 3600 + 60)
    assert derived() == ["manager.missed_question", "manager.standard_violation", "reply.late"]
    says("message.sent", "Сто рублей", at=2 * 3600 + 120)
    assert len(derived()) == 3


def test_a_polite_and_quick_answer_is_no_event(anna: Any) -> None:
    says("message.received", "Сколько стоит доставка?")
    says("message.sent", "Здравствуйте! Сто рублей", at=60)
    assert derived() == []
