"""The node type `openai`, against a service that answers as OpenAI does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of

ASK = {"operation": "chat", "model": "small", "messages": [{"role": "user", "content": "What is {{ $json.what }}?"}]}


def said(text: str) -> tuple[int, Any]:
    return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}


def test_each_item_asks_and_each_choice_is_an_item(service: Service) -> None:
    service.answers = [said(" A feeling ")]
    (found,) = items_of(service, "openai", {**ASK, "temperature": 0.5, "maxTokens": 8}, [{"what": "love"}], "openai")
    assert found["message"] == {"role": "assistant", "content": "A feeling"}
    assert (service.calls[0].path, service.calls[0].body) == (
        "/chat/completions",
        {
            "model": "small",
            "messages": [{"role": "user", "content": "What is love?"}],
            "temperature": 0.5,
            "max_tokens": 8,
        },
    )


@pytest.mark.parametrize(("text", "content"), [('{"tweet": "x"}', {"tweet": "x"}), ("no JSON", "no JSON")])
def test_json_is_asked_for_and_read(service: Service, text: str, content: Any) -> None:
    service.answers = [said(text)]
    (found,) = items_of(service, "openai", {**ASK, "asJson": True}, kind="openai")
    assert found["message"]["content"] == content
    assert service.calls[0].body["response_format"] == {"type": "json_object"}


def test_a_text_is_continued_and_the_whole_answer_can_be_had(service: Service) -> None:
    service.answers = [(200, {"choices": [{"text": "\n\nYes"}], "usage": {"total_tokens": 3}})]
    call = {"operation": "completion", "model": "old", "prompt": "About n8n?"}
    assert items_of(service, "openai", call, kind="openai") == [{"text": "Yes"}]
    assert items_of(service, "openai", {**call, "whole": True}, kind="openai")[0]["usage"] == {"total_tokens": 3}
