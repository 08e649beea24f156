"""The node type `llm-chat`, against a server that speaks OpenAI's chat completions."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Outcome, Permanent, Transient

ID = "0199f7a0-0000-7000-8000-0000000000bb"
BASE = {"credential": ID, "model": "small", "prompt": "What is {{ $json.what }}?"}
SCHEMA = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}, "required": ["mood"]}


def said(text: str, tokens: int = 10) -> tuple[int, Any]:
    usage = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return 200, {"model": "small-1", "choices": [choice], "usage": usage}


def run(service: Service, config: dict[str, Any], items: Any = ({"what": "love"},)) -> Outcome:
    secret = Secret(
        id=ID, kind="openai", value="sk-key", hosts=("127.0.0.1",), settings={"baseUrl": service.url("/v1/")}
    )
    scope = CallScope(secrets=Vault([secret]))
    node_type = catalogue.get("llm-chat")
    progress = None
    while True:
        context = StandaloneContext(node_type, {**BASE, **config}, items, scope=scope, progress=progress, seconds=600)
        outcome = node_type.run(context)
        if not isinstance(outcome, Later) or outcome.seconds > 0:
            return outcome
        progress = outcome.progress


def answers(service: Service, config: dict[str, Any], items: Any = ({"what": "love"},)) -> list[Any]:
    outcome = run(service, config, items)
    assert isinstance(outcome, Done), outcome
    return [item["answer"] for item in outcome.ports["out"]]


def test_each_item_is_a_question_with_the_key_of_the_credential(service: Service) -> None:
    service.answers = [said("A feeling"), said("A game")]
    found = answers(service, {"system": "Be short", "temperature": 0}, [{"what": "love"}, {"what": "chess"}])
    assert [(one["text"], one["usage"]["totalTokens"]) for one in found] == [("A feeling", 10), ("A game", 10)]
    call = service.calls[0]
    assert (call.path, call.headers["authorization"]) == ("/v1/chat/completions", "Bearer sk-key")
    assert call.body == {
        "model": "small",
        "temperature": 0,
        "messages": [{"role": "system", "content": "Be short"}, {"role": "user", "content": "What is love?"}],
    }


def test_an_answer_is_held_to_its_schema(service: Service) -> None:
    service.answers = [said('```json\n{"mood": "good"}\n```')]
    assert answers(service, {"answer": SCHEMA})[0]["json"] == {"mood": "good"}
    assert service.calls[0].body["response_format"]["json_schema"]["schema"] == SCHEMA


@pytest.mark.parametrize("first", ["Very good!", '{"mood": "so-so"}'])
def test_an_answer_that_does_not_fit_is_mended_once_and_both_are_counted(service: Service, first: str) -> None:
    service.answers = [said(first, 10), said('{"mood": "bad"}', 20)]
    (found,) = answers(service, {"answer": SCHEMA, "sendSchema": "text"})
    assert (found["json"], found["usage"]["totalTokens"]) == ({"mood": "bad"}, 30)
    assert [message["role"] for message in service.calls[1].body["messages"]][-2:] == ["assistant", "user"]
    assert "response_format" not in service.calls[1].body


def test_a_model_that_does_not_learn_fails_the_step(service: Service) -> None:
    service.answers = [said("{}")]
    with pytest.raises(Permanent) as caught:
        run(service, {"answer": SCHEMA})
    assert (caught.value.code, len(service.calls)) == ("llm_answer_invalid", 2)
    assert "mood" in caught.value.details["faults"][0]


def test_a_limit_is_waited_for_and_what_is_there_is_kept(service: Service) -> None:
    service.answers = [said("one"), (429, {"error": {"message": "slow down"}})]
    later = run(service, {}, [{"what": 1}, {"what": 2}])
    assert isinstance(later, Later)
    assert (later.seconds, later.reason, len(later.progress["results"])) == (20.0, "rate_limited", 1)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(401, {"error": "no"}, Permanent), (500, {}, Transient), (200, {"choices": []}, Transient)],
)
def test_failures_are_told_apart(service: Service, status: int, body: Any, kind: type[Exception]) -> None:
    service.answers = [(status, body)]
    with pytest.raises(kind):
        run(service, {})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"type": "string", "pattern": "(a+)+$"},
        {"items": [{"$ref": "http://127.0.0.1/other.json"}]},
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused_on_save(schema: dict[str, Any]) -> None:
    assert list(faults("llm-chat", {**BASE, "prompt": "Hi", "answer": schema})) == ["answer"]
