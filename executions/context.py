"""What a running node is given: the engine's side of `workflows.node_type.NodeContext`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any, TypeVar

from django.utils.translation import gettext_noop

from executions.claims import Claimed
from executions.datasets import keep_rows
from executions.models import Execution
from executions.payloads import RunFacts, decode, read_every_pass
from executions.step_log import StepLog
from executions.surroundings import Names
from integrations.scope import CallScope, CancelHandle, Sent
from integrations.vault import Vault
from workflows import services as workflows
from workflows.graph import expressions
from workflows.graph.topology import CompiledNode
from workflows.javascript import Surroundings
from workflows.node_type import Item, NodeType

ClientT = TypeVar("ClientT")

LEDGER_FULL = gettext_noop("Вызовов больше %(count)s: следующие в перечень действий вовне не попадут")
MAX_EFFECTS = 10_000


class StepContext:
    """One attempt of one step, seen by its node."""

    def __init__(
        self,
        *,
        claimed: Claimed,
        node: CompiledNode,
        node_type: NodeType,
        inputs: Mapping[str, list[Item]],
        facts: RunFacts,
        names: Names,
        deadline: float,
        cancel: CancelHandle,
        vault: Vault | None = None,
    ) -> None:
        self._claimed = claimed
        self._node = node
        self._node_type = node_type
        self._facts = facts
        self._names = names
        self.vault = vault
        self.cancel = cancel
        self.inputs = inputs
        self.deadline = deadline
        self.log = StepLog(claimed)
        self.effects: list[Sent] = []

    @property
    def items(self) -> list[Item]:
        return self.inputs.get(self._node.inputs[0], []) if self._node.inputs else [self._facts.input_data]

    @property
    def attempt(self) -> int:
        return self._claimed.attempt

    @property
    def tries(self) -> int:
        return self._claimed.tries

    @property
    def step_id(self) -> uuid.UUID:
        return self._claimed.step_id

    @property
    def execution_id(self) -> str:
        return str(self._claimed.execution_id)

    @property
    def idempotency_key(self) -> str:
        scope = ".".join(map(str, self._claimed.scope)) or "0"
        return f"{self._claimed.execution_id}:{self._claimed.node_id}:{scope}:{self._claimed.epoch}"

    @cached_property
    def progress(self) -> Any:
        return decode(self._claimed.progress)

    @cached_property
    def returned(self) -> list[Item] | None:
        backs = [edge for edge in self._node.ins if edge.role == "back"]
        if self._node.body is None or not backs:
            return None
        scope = tuple(self._claimed.scope)
        return [
            item
            for edge in backs
            for item in read_every_pass(self._claimed.execution_id, edge.source, edge.source_handle, scope)
        ]

    @property
    def config(self) -> Any:
        return self.config_for(0)

    def config_for(self, index: int) -> Any:
        return self._configs[min(index, len(self._configs) - 1)]

    @cached_property
    def _configs(self) -> list[Any]:
        items = self.items if expressions.varies(self._templated) else self.items[:1]
        scopes = [self._names.scope(index, item) for index, item in enumerate(items or [{}])]
        return list(workflows.render_config(self._node_type, self._node.config, scopes, self.surroundings))

    @property
    def computes(self) -> bool:
        """Whether scripts have to be run before the config is known."""
        return bool(expressions.scripts(self._templated))

    @property
    def _templated(self) -> Any:
        return expressions.templated(self._node.config, self._node_type.verbatim)

    @property
    def surroundings(self) -> Surroundings:
        return self._names.surroundings

    def watching(self, cut: Callable[[], None]) -> AbstractContextManager[None]:
        return self.cancel.watching(cut)

    def connect(self, client: type[ClientT]) -> ClientT:
        scope = CallScope(
            deadline=self.deadline,
            cancel=self.cancel,
            headers={
                "Idempotency-Key": self.idempotency_key,
                "X-Execution-Id": self.execution_id,
                "X-Step-Attempt": str(self.attempt),
            },
            record=self._note,
            secrets=self.vault,
            rows=partial(keep_rows, self._claimed.step_id),
            project=partial(workflows.project_of_version, self._claimed.version_id),
            run_depth=self._depth,
        )
        connected: ClientT = client.connect(scope)  # type: ignore[attr-defined]
        return connected

    def _depth(self) -> int:
        return Execution.objects.values_list("depth", flat=True).get(id=self._claimed.execution_id)

    def _note(self, sent: Sent) -> None:
        if len(self.effects) < MAX_EFFECTS:
            self.effects.append(sent)
            if len(self.effects) == MAX_EFFECTS:
                self.log.warning(LEDGER_FULL, count=MAX_EFFECTS)
