"""What each maker of models is asked, and what is made of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import InvalidAnswer
from integrations.language_models.dialects import DIALECTS
from integrations.language_models.talk import Said, Wish

STRANGE: list[Any] = [
    None,
    7,
    "overloaded",
    [],
    {},
    {"choices": []},
    {"choices": [{"message": None}]},
    {"choices": [{"message": {"content": None}}]},
    {"choices": [{"message": {"content": "x", "tool_calls": [{"id": "1"}]}}]},
    {"content": None},
    {"content": ["text"]},
    {"content": [None]},
    {"candidates": []},
    {"candidates": [{"finishReason": "SAFETY"}]},
    {"candidates": [{"content": {"parts": [None]}}]},
    {"candidates": [{"content": {"parts": [{"functionCall": "x"}]}}]},
]


@pytest.mark.parametrize("maker", DIALECTS)
@pytest.mark.parametrize("body", STRANGE, ids=str)
def test_an_answer_of_another_shape_is_a_fault_of_the_model_and_no_defect(maker: str, body: Any) -> None:
    with pytest.raises(InvalidAnswer):
        DIALECTS[maker].read(body)


@pytest.mark.parametrize(
    ("maker", "field", "said"),
    [
        ("openai", "response_format", {"type": "json_object"}),
        (
            "gemini",
            "generationConfig",
            {"temperature": 0.5, "maxOutputTokens": 9, "responseMimeType": "application/json"},
        ),
    ],
)
def test_who_wants_json_says_so_in_the_words_of_the_maker(maker: str, field: str, said: dict[str, Any]) -> None:
    wish = Wish(model="m", temperature=0.5, max_tokens=9, json=True)
    _path, body = DIALECTS[maker].request([Said("user", "List them")], (), wish)
    assert body[field] == said


@pytest.mark.parametrize(
    ("maker", "turns", "parts"), [("anthropic", "messages", "content"), ("gemini", "contents", "parts")]
)
def test_turns_of_one_role_in_a_row_are_told_as_one(maker: str, turns: str, parts: str) -> None:
    talk = [Said("system", "Be brief"), Said("user", "One"), Said("user", "Two"), Said("assistant", "Three")]
    _path, body = DIALECTS[maker].request(talk, (), Wish(model="m"))
    assert [[part["text"] for part in turn[parts]] for turn in body[turns]] == [["One", "Two"], ["Three"]]
