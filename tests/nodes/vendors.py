"""A vendor's node against a service on loopback, to which its credential leads."""

from __future__ import annotations

from typing import Any

from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes.context import StandaloneContext
from workflows import catalogue
from workflows.node_type import Done, Item, Later, Outcome

ID = "0199f7a0-0000-7000-8000-0000000000cc"


def run(service: Service, node_type: str, call: dict[str, Any], items: Any = ({},), kind: str = "bearer") -> Outcome:
    """The node's outcome, steps that only give the worker back left out."""
    value = service.url("/hook/team-secret-1234567890/") if kind == "webhook" else "token-of-the-test"
    secret = Secret(
        id=ID, kind=kind, value=value, login="ann", hosts=("127.0.0.1",), settings={"baseUrl": service.url("/")}
    )
    scope, found, progress = CallScope(secrets=Vault([secret])), catalogue.get(node_type), None
    while True:
        config = {"credential": ID, "call": call}
        outcome = found.run(StandaloneContext(found, config, items, scope=scope, progress=progress, seconds=600))
        if not isinstance(outcome, Later) or outcome.seconds > 0:
            return outcome
        progress = outcome.progress


def items_of(
    service: Service, node_type: str, call: dict[str, Any], items: Any = ({},), kind: str = "bearer"
) -> list[Item]:
    outcome = run(service, node_type, call, items, kind)
    assert isinstance(outcome, Done), outcome
    return list(outcome.ports["out"])
