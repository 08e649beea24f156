"""The node type `text-classify`, against a service that speaks as OpenAI does."""

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
from workflows.node_type import Done, Item, Later, Permanent

MODEL = "0199f7a0-0000-7000-8000-0000000000aa"
CATEGORIES = [{"name": "Billing", "description": "Money, invoices"}, {"name": "Bug"}]


def routes(service: Service, items: list[Item], **config: Any) -> dict[str, list[Item]]:
    at = {"baseUrl": service.url("/")}
    secret = Secret(id=MODEL, kind="openai", value="key", login="", hosts=("127.0.0.1",), settings=at)
    scope, node_type, progress = CallScope(secrets=Vault([secret])), catalogue.get("text-classify"), None
    model = {"credential": MODEL, "model": "small"}
    whole = {"model": model, "text": "{{ $json.text }}", "categories": CATEGORIES, **config}
    while True:
        context = StandaloneContext(node_type, whole, items, scope=scope, progress=progress, seconds=600)
        outcome = node_type.run(context)
        if not isinstance(outcome, Later):
            break
        progress = json.loads(json.dumps(outcome.progress))
    assert isinstance(outcome, Done)
    return {port: list(found) for port, found in outcome.ports.items()}


def said(text: str) -> tuple[int, Any]:
    return 200, {"choices": [{"message": {"role": "assistant", "content": text}}]}


def test_each_item_leaves_by_its_category(service: Service) -> None:
    service.answers = [said('{"categories": ["Bug"]}'), said('```json\n{"categories": []}\n```')]
    broken, hello = {"text": "It crashes"}, {"text": "Hello"}
    assert routes(service, [broken, hello]) == {"category_2": [broken], "other": [hello]}
    system, asked = (one["content"] for one in service.calls[0].body["messages"])
    assert asked == "It crashes"
    assert "- Billing: Money, invoices\n- Bug\n" in system


def test_a_text_may_belong_to_several(service: Service) -> None:
    service.answers = [said('{"categories": ["Bug", "Billing"]}')]
    marked = {"text": "x", "topics": ["Bug", "Billing"]}
    found = routes(service, [{"text": "x"}], several=True, field="topics")
    assert found == {"category_1": [marked], "category_2": [marked]}


def test_an_answer_that_does_not_fit_is_mended_once(service: Service) -> None:
    service.answers = [said("A bug, I think"), said('{"categories": ["Bug"]}')]
    assert routes(service, [{"text": "x"}], field="kind") == {"category_2": [{"text": "x", "kind": "Bug"}]}
    assert len(service.calls[1].body["messages"]) == 4
    service.answers = [said('{"categories": ["Weather"]}')]
    with pytest.raises(Permanent) as caught:
        routes(service, [{"text": "x"}])
    assert caught.value.code == "llm_answer_invalid"


def test_categories_have_different_names() -> None:
    config = {"model": {"credential": MODEL, "model": "small"}, "text": "x", "categories": [{"name": "A"}] * 2}
    assert faults("text-classify", config)
