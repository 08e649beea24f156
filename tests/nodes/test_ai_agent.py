"""The node type `ai-agent`, against services that speak as OpenAI, Anthropic and Gemini do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.importers.n8n.ai.calculator import CALCULATES
from workflows.node_type import Done, Later, Outcome, Permanent

MODEL, STORE = "0199f7a0-0000-7000-8000-0000000000aa", "0199f7a0-0000-7000-8000-0000000000ab"
SCHEMA = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}, "required": ["mood"]}
DOUBLE = {"kind": "code", "name": "double", "description": "Doubles", "program": "return Number(query) * 2;"}
LIBRARY = {
    "store": {"kind": "qdrant", "credential": STORE, "name": "books"},
    "embeddings": {"credential": MODEL, "model": "small"},
    "top": 2,
}
FOUND = {"result": [{"score": 0.9, "payload": {"content": "Love is a feeling", "metadata": {}}}]}
VECTOR = {"data": [{"embedding": [0.5, 1]}]}


def secret(name: str, header: str, service: Service) -> Secret:
    at = {"baseUrl": service.url("/")}
    return Secret(id=name, kind="header", value=f"value of {header}", login=header, hosts=("127.0.0.1",), settings=at)


def run(service: Service, config: dict[str, Any], items: Any = ({"what": "love"},)) -> Outcome:
    secrets = [secret(MODEL, "x-api-key", service), secret(STORE, "api-key", service)]
    scope, node_type, progress = CallScope(secrets=Vault(secrets)), catalogue.get("ai-agent"), None
    whole = {"prompt": "What is {{ $json.what }}?", **config}
    whole["model"] = {"credential": MODEL, "model": "big", **config.get("model", {})}
    while True:
        context = StandaloneContext(node_type, whole, items, scope=scope, progress=progress, seconds=600)
        outcome = node_type.run(context)
        if not isinstance(outcome, Later) or outcome.seconds > 0:
            return outcome
        progress = json.loads(json.dumps(outcome.progress))


def answers(service: Service, config: dict[str, Any], items: Any = ({"what": "love"},)) -> list[Any]:
    outcome = run(service, config, items)
    assert isinstance(outcome, Done), outcome
    return list(outcome.ports["out"])


def said(text: str, *calls: tuple[str, str]) -> tuple[int, Any]:
    wanted = [
        {"id": f"c{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text or None, **({"tool_calls": wanted} if wanted else {})}
    return 200, {"choices": [{"message": message}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}


def test_each_item_is_asked_about(service: Service) -> None:
    service.answers = [said("A feeling"), said("A game")]
    found = answers(service, {"system": "Be short", "field": "response.text"}, [{"what": "love"}, {"what": "chess"}])
    assert found == [{"response": {"text": "A feeling"}}, {"response": {"text": "A game"}}]
    assert service.calls[1].body == {
        "model": "big",
        "messages": [{"role": "system", "content": "Be short"}, {"role": "user", "content": "What is chess?"}],
    }


OPENAI = [said("", ("double", '{"input": "21"}')), said("42")]
ANTHROPIC = [
    (200, {"content": [{"type": "tool_use", "id": "c0", "name": "double", "input": {"input": "21"}}]}),
    (200, {"content": [{"type": "text", "text": "42"}], "usage": {"input_tokens": 3, "output_tokens": 1}}),
]
GEMINI = [
    (200, {"candidates": [{"content": {"parts": [{"functionCall": {"name": "double", "args": {"input": "21"}}}]}}]}),
    (200, {"candidates": [{"content": {"parts": [{"text": "42"}]}}]}),
]


@pytest.mark.parametrize(
    ("maker", "scripted", "path", "told"),
    [
        ("openai", OPENAI, "/chat/completions", {"role": "tool", "tool_call_id": "c0", "content": "42"}),
        (
            "anthropic",
            ANTHROPIC,
            "/v1/messages",
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "42"}]},
        ),
        (
            "gemini",
            GEMINI,
            "/v1beta/models/big:generateContent",
            {"role": "user", "parts": [{"functionResponse": {"name": "double", "response": {"result": "42"}}}]},
        ),
    ],
)
def test_a_tool_that_the_model_wants_is_used_and_its_answer_told(
    service: Service, maker: str, scripted: list[Any], path: str, told: Any
) -> None:
    service.answers = list(scripted)
    (found,) = answers(service, {"model": {"maker": maker}, "tools": [DOUBLE], "steps": True, "system": "Count"})
    assert found["output"] == "42"
    assert found["intermediateSteps"] == [
        {"action": {"tool": "double", "toolInput": {"input": "21"}}, "observation": "42"}
    ]
    first, second = service.calls
    assert (first.path, first.headers["x-api-key"]) == (path, "value of x-api-key")
    assert (second.body.get("messages") or second.body["contents"])[-1] == told
    assert "double" in json.dumps(first.body["tools"])


def test_a_library_is_read_before_the_question_and_can_be_a_tool(service: Service) -> None:
    service.answers = [
        (200, VECTOR),
        (200, FOUND),
        said("", ("books", '{"input": "love"}')),
        (200, VECTOR),
        (200, FOUND),
        said("A feeling"),
    ]
    tool = {"kind": "library", "name": "books", "description": "All books", **LIBRARY}
    assert answers(service, {"knowledge": LIBRARY, "tools": [tool]}) == [{"output": "A feeling"}]
    assert [call.path for call in service.calls] == [
        "/embeddings",
        "/collections/books/points/search",
        "/chat/completions",
        "/embeddings",
        "/collections/books/points/search",
        "/chat/completions",
    ]
    assert service.calls[1].body == {"vector": [0.5, 1.0], "limit": 2, "with_payload": True}
    assert "Love is a feeling" in service.calls[2].body["messages"][0]["content"]
    assert service.calls[5].body["messages"][-1]["content"] == "Love is a feeling"


def test_a_request_is_a_tool(service: Service) -> None:
    service.answers = [
        said("", ("weather", '{"city": "St. Petersburg", "days": 2}')),
        (200, {"sky": "grey"}),
        said("Grey"),
    ]
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    tool = {"kind": "http", "name": "weather", "url": service.url("/weather/{city}"), "arguments": schema}
    assert answers(service, {"tools": [tool]}) == [{"output": "Grey"}]
    assert service.calls[1].path == "/weather/St.%20Petersburg?days=2"
    assert service.calls[2].body["messages"][-1]["content"] == '{"sky":"grey"}'


def test_a_model_does_not_leave_the_path_of_its_tool(service: Service) -> None:
    """What it was talked into would go to another address of the server, with the tool's credential."""
    service.answers = [said("", ("orders", '{"id": ".."}')), (200, {"all": "secrets"}), said("Done")]
    tool = {"kind": "http", "name": "orders", "url": service.url("/orders/{id}"), "method": "DELETE"}
    with pytest.raises(Permanent, match="forbidden_target"):
        answers(service, {"tools": [tool]})
    assert [call.path for call in service.calls] == ["/chat/completions"]


@pytest.mark.parametrize("arguments", ["{}", '{"id": null}', '{"id": ""}'])
def test_a_model_that_forgets_what_the_address_needs_is_told_so(service: Service, arguments: str) -> None:
    """One order was to be taken away, and not all of them."""
    service.answers = [said("", ("orders", arguments)), said("Which one?")]
    tool = {"kind": "http", "name": "orders", "url": service.url("/orders/{id}?why={why}"), "method": "DELETE"}
    assert answers(service, {"tools": [tool]}) == [{"output": "Which one?"}]
    assert service.calls[1].body["messages"][-1]["content"] == "The tool needs id."


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("nothing", "{}"), "There is no tool nothing."),
        (("double", "no json"), "null"),
        (("broken", "{}"), "The tool failed: Error: no"),
    ],
)
def test_a_tool_that_fails_is_told_to_the_model(service: Service, call: tuple[str, str], told: str) -> None:
    service.answers = [said("", call), said("Sorry")]
    broken = {**DOUBLE, "name": "broken", "program": "throw new Error('no')"}
    assert answers(service, {"tools": [DOUBLE, broken]}) == [{"output": "Sorry"}]
    assert told in service.calls[1].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2 ** 10 / Math.sqrt(4)", "512"),
        ("-2^2 + (1 + 2) * 3 % 4", "-3"),
        ("1.5e3 - .5 - pi * 0", "1499.5"),
        ("(1", "The tool failed: Error: a bracket is missing at character 3"),
        ("constructor", "The tool failed: Error: unknown name constructor at character 12"),
        ("1 2; x", "The tool failed: Error: unexpected ; at character 3"),
    ],
)
def test_a_calculator_computes_in_the_jail(service: Service, asked: str, told: str) -> None:
    service.answers = [said("", ("calculator", json.dumps({"input": asked}))), said("So it is")]
    tool = {"kind": "code", "name": "calculator", "description": "Computes", "program": CALCULATES}
    assert answers(service, {"tools": [tool]}) == [{"output": "So it is"}]
    assert service.calls[1].body["messages"][-1]["content"].startswith(told)


def test_a_model_that_never_ends_is_stopped(service: Service) -> None:
    service.answers = [said("", ("double", '{"input": "1"}'))]
    with pytest.raises(Permanent) as caught:
        run(service, {"tools": [DOUBLE], "mostRounds": 3})
    assert (caught.value.code, len(service.calls)) == ("agent_rounds", 3)


def test_an_answer_is_held_to_its_schema_and_mended_once(service: Service) -> None:
    service.answers = [said("Very good!"), said('{"mood": "good"}')]
    assert answers(service, {"answer": SCHEMA}) == [{"output": {"mood": "good"}}]
    service.answers = [said("Very good!")]
    with pytest.raises(Permanent) as caught:
        run(service, {"answer": SCHEMA})
    assert caught.value.code == "llm_answer_invalid"


def test_a_limit_is_waited_for_and_the_talk_is_kept(service: Service) -> None:
    service.answers = [said("", ("double", '{"input": "1"}')), (429, {})]
    later = run(service, {"tools": [DOUBLE]})
    assert isinstance(later, Later)
    assert (later.reason, [one["role"] for one in later.progress["talk"]]) == (
        "rate_limited",
        ["user", "assistant", "tool"],
    )


def test_a_wrong_config_is_found_on_save() -> None:
    config = {"model": {"model": "m", "credential": MODEL}, "prompt": "x", "tools": [{**DOUBLE, "name": "two words"}]}
    assert list(faults("ai-agent", {**config, "answer": {"type": "nonsense"}})) == ["tools[0].name", "answer"]
