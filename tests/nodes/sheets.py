"""A table of the fake Google and one way to run the nodes against it."""

from __future__ import annotations

from typing import Any

from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.google_sheets import Google
from tests.nodes.context import StandaloneContext
from workflows import catalogue
from workflows.node_type import Done, Later, Outcome

ID = "0199f7a0-0000-7000-8000-0000000000aa"
HERE = {"credential": ID, "table": "https://docs.google.com/spreadsheets/d/T1/edit#gid=0", "sheet": "Ann's"}


def run(google: Google, name: str, config: dict[str, Any], items: Any = ({},), progress: Any = None) -> Outcome:
    """The outcome of a node; parts of a step follow each other, a wait is given back."""
    secret = Secret(id=ID, kind="google-service-account", value=google.key(), hosts=("127.0.0.1",))
    scope = CallScope(secrets=Vault([secret]))
    node_type = catalogue.get(name)
    while True:
        outcome = node_type.run(StandaloneContext(node_type, {**HERE, **config}, items, scope=scope, progress=progress))
        if not isinstance(outcome, Later) or outcome.seconds > 0:
            return outcome
        progress = outcome.progress


def done(google: Google, name: str, config: dict[str, Any], items: Any = ({},), progress: Any = None) -> Any:
    outcome = run(google, name, config, items, progress)
    assert isinstance(outcome, Done), outcome
    return {port: list(found) for port, found in outcome.ports.items()}
