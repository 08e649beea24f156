"""The node type `telegram-call`, against an HTTP service on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes.context import StandaloneContext
from tests.nodes.stores import scope
from workflows import catalogue
from workflows.node_type import Done, Later, Permanent

ID = "0199f7a0-0000-7000-8000-0000000000cc"


def called(service: Service, settings: Any, items: Any = ({},), **config: Any) -> list[Any]:
    settings.TELEGRAM_API_BASE_URL = service.url("/bot")
    secret = Secret(id=ID, kind="telegram", value="7:token", hosts=("127.0.0.1",))
    node_type, progress = catalogue.get("telegram-call"), None
    while True:
        context = StandaloneContext(
            node_type, {"credential": ID, **config}, items, scope=scope(secrets=Vault([secret])), progress=progress
        )
        outcome = node_type.run(context)
        if isinstance(outcome, Done):
            return list(outcome.ports["out"])
        assert isinstance(outcome, Later)
        progress = outcome.progress


def test_the_answer_of_telegram_leaves_it_for_each_item(service: Service, settings: Any) -> None:
    service.answers = [
        (200, {"ok": True, "result": {"message_id": 1}}),
        (200, {"ok": True, "result": {"message_id": 2}}),
    ]
    values = {"chat_id": "{{ $json.chat }}", "text": "Hi", "parse_mode": ""}
    found = called(service, settings, [{"chat": 5}, {"chat": 6}], values=values)
    assert [one["result"]["message_id"] for one in found] == [1, 2]
    assert [call.path for call in service.calls] == ["/bot7:token/sendMessage"] * 2
    assert service.calls[1].body == {"chat_id": 6, "text": "Hi"}


def test_a_refusal_fails_the_step(service: Service, settings: Any) -> None:
    service.answers = [(400, {"ok": False, "description": "Bad Request"})]
    with pytest.raises(Permanent):
        called(service, settings, values={"chat_id": 1, "text": "Hi"})
