"""Who runs what: a person of the bench and the published workflows, made once per measuring."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts import services as accounts
from accounts import tokens
from accounts.models import User
from bench import graphs
from executions import services as executions
from executions.engine.states import OPEN_EXECUTION
from executions.errors import IllegalTransition
from executions.models import Execution
from workflows import services as workflows


@dataclass
class Stage:
    """Use as a context manager: what it has made disappears from sight when it is left."""

    user: User = field(init=False)
    _flows: dict[str, UUID] = field(default_factory=dict)

    def __enter__(self) -> Stage:
        accounts.default_project()
        self.user = accounts.create_user(username=f"bench-{secrets.token_hex(4)}", password=None, roles=["editor"])
        return self

    def __exit__(self, *_: object) -> None:
        for flow in self._flows.values():
            for run in Execution.objects.filter(workflow_id=flow, status__in=OPEN_EXECUTION):
                with suppress(IllegalTransition):  # it has ended meanwhile
                    executions.stop(execution_id=run.pk, user=self.user)
            workflows.delete(workflow_id=flow, user=self.user)
        accounts.deactivate_user(user=self.user)

    def chain(self, steps: int) -> UUID:
        """The workflow of `steps` trivial steps in a row."""
        return self._published(f"bench: chain of {steps}", graphs.chain(steps))

    def fan(self, width: int) -> UUID:
        """The workflow of one step, `width` beside each other, and one."""
        return self._published(f"bench: 1 - {width} - 1", graphs.fan(width))

    def token(self) -> str:
        """A fresh access token of the bench's person."""
        return tokens.open_session(user=self.user).access

    def publish(self, name: str, definition: Mapping[str, Any]) -> UUID:
        """A workflow of this definition under this name."""
        return self._published(name, dict(definition))

    def _published(self, name: str, definition: graphs.Definition) -> UUID:
        if name not in self._flows:
            made = workflows.create_workflow(
                user=self.user, particulars=workflows.Particulars(name=name), definition=definition
            )
            workflows.publish(workflow_id=made.pk, user=self.user)
            self._flows[name] = made.pk
        return self._flows[name]
