"""Config of the node `telegram-ask`; its waiting is shown in tests/integration/telegram."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults

ASK = {"chat": 5, "text": "Ship?", "options": ["Yes", "No"]}


def test_a_question_has_buttons() -> None:
    assert faults("telegram-ask", ASK) == {}


def test_a_question_that_is_answered_in_words_needs_no_buttons() -> None:
    assert faults("telegram-ask", {"chat": 5, "text": "How many?", "ownWords": True}) == {}


@pytest.mark.parametrize("wrong", [{"options": []}, {"options": ["a" * 65]}, {"text": ""}, {"timeoutSeconds": 0}])
def test_what_telegram_would_refuse_is_told_on_save(wrong: dict[str, Any]) -> None:
    assert len(faults("telegram-ask", {**ASK, **wrong})) == 1


def test_a_reason_is_asked_for_answers_that_there_are() -> None:
    """R3-15."""
    assert faults("telegram-ask", {**ASK, "reasonFor": ["No"], "remindAfterSeconds": 3600}) == {}
    assert len(faults("telegram-ask", {**ASK, "reasonFor": ["Never"]})) == 1
