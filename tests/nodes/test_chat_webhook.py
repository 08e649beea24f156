"""The node type `chat-webhook`, against incoming webhooks on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Outcome, Permanent

ID = "0199f7a0-0000-7000-8000-0000000000cc"
PATH = "/services/T00000000/B00000000/xYz0123456789AbCdEfGhIjK"


def run(service: Service, config: dict[str, Any], items: Any = ({},), progress: Any = None) -> Outcome:
    secret = Secret(id=ID, kind="webhook", value=service.url(PATH))
    scope = CallScope(secrets=Vault([secret]))
    node_type = catalogue.get("chat-webhook")
    while True:
        outcome = node_type.run(
            StandaloneContext(node_type, {"credential": ID, **config}, items, scope=scope, progress=progress)
        )
        if not isinstance(outcome, Later) or outcome.seconds > 0:
            return outcome
        progress = outcome.progress


@pytest.mark.parametrize(
    ("chat", "body"),
    [
        ("slack", {"text": "Paid: 5"}),
        ("mattermost", {"text": "Paid: 5", "username": "Shop"}),
        ("discord", {"content": "Paid: 5", "username": "Shop", "allowed_mentions": {"parse": []}}),
    ],
)
def test_each_chat_gets_its_form(service: Service, chat: str, body: dict[str, Any]) -> None:
    service.answers = [(204, "")] if chat == "discord" else [(200, "ok")]
    config = {"chat": chat, "text": "Paid: {{ $json.n }}", "sender": "Shop"}
    assert run(service, config, [{"n": 5}]) == Done({"out": [{"n": 5}]})
    assert [(call.path, call.body) for call in service.calls] == [(PATH, body)]


def test_a_long_text_is_cut_to_what_the_chat_takes(service: Service) -> None:
    run(service, {"chat": "discord", "text": "a" * 3000})
    assert len(service.calls[0].body["content"]) == 2000


def test_a_limit_is_waited_for_and_nothing_is_posted_twice(service: Service) -> None:
    service.answers = [(200, "ok"), (429, "rate_limited"), (200, "ok")]
    later = run(service, {"text": "a"}, [{}, {}])
    assert isinstance(later, Later)
    assert (later.seconds, len(later.progress["results"]), len(service.calls)) == (5.0, 1, 2)


def test_a_webhook_that_was_removed_fails_the_step_and_the_address_is_told_to_nobody(service: Service) -> None:
    service.answers = [(404, "no_service")]
    with pytest.raises(Permanent) as caught:
        run(service, {"text": "a"})
    assert (caught.value.code, caught.value.details["answer"]) == ("refused", "no_service")
    assert "xYz0" not in str(caught.value.details)


def test_faults_are_named() -> None:
    assert set(faults("chat-webhook", {"chat": "irc", "text": ""})) == {"chat", "text", "credential"}
