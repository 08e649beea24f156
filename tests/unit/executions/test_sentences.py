from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from executions.engine.states import Origin
from executions.sentences import MOVES, ORIGINS, STATES, phrase, sentence, state

REFUSED = {"message": "Wildberries отклонил запрос: %(detail)s", "params": {"detail": "no 100%"}}


@pytest.mark.parametrize("type", MOVES)
@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_every_move_is_told_in_every_language(type: str, language: str) -> None:
    payload = {"label": "Load", "attempt": 2, "error": {"code": "x", "message": "Шаг не найден", "details": {}}}
    with override(language):
        told = sentence(type, payload)
    with override("ru"):
        assert told != sentence(type, payload)
    assert "%(" not in told


def test_a_sentence_inside_a_sentence_is_told_in_the_same_language() -> None:
    line = {"message": "Wildberries не дал статистики ни по одной кампании: %(reason)s", "params": {"reason": REFUSED}}
    with override("en"):
        assert sentence("log", line) == (
            "Wildberries gave statistics for none of the campaigns: Wildberries refused the request: no 100%"
        )


@pytest.mark.parametrize(
    "value", [{"message": 1, "params": {}}, {"message": "a"}, {"message": "a", "params": [], "x": 1}, ["a"], None, 7]
)
def test_a_value_that_only_looks_like_a_sentence_is_a_value(value: Any) -> None:
    assert phrase("%(value)s", {"value": value}) == str(value)


def test_a_text_that_nobody_translates_stays_as_it_is() -> None:
    for text in ("100% sure", "%(missing)s", "%(broken", "%(n)d %s", "", "да"):
        with override("en"):
            assert phrase(text, {"n": "x"}) == text.replace("%(missing)s", "—")


def test_states_are_named_in_every_language() -> None:
    for language in ("en", "pt-br"):
        with override(language):
            assert len({state(name) for name in STATES}) == len(STATES)


def test_every_origin_of_a_run_has_its_words() -> None:
    """R2-1: the page of a run opens whatever has started it."""
    assert set(ORIGINS) == set(Origin)
