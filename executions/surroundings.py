"""What the expressions and programs of a step may name, put together from its run."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.conf import settings

from executions import payloads
from executions.claims import Claimed
from executions.earlier import EarlierItems, read_earlier
from executions.engine.naming import previous_label
from executions.payloads import RunFacts
from workflows import services as workflows
from workflows.graph import expressions
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.items import attached
from workflows.items.outputs import Seen, Shared
from workflows.javascript import Earlier, Surroundings
from workflows.node_type import Item, NodeType

ABOUT_THE_RUN = frozenset({"$execution", "$executionId", "$workflow", "$vars", "$mode"})


def read_run_facts(claimed: Claimed, node: CompiledNode, needs: expressions.Needs) -> RunFacts:
    """The run's input and its workflow, as far as the step asks for them: for roots, and for expressions."""
    if needs.kept or needs.names & ABOUT_THE_RUN:
        facts = payloads.read_facts(claimed.execution_id)
        if needs.kept:
            workflow = uuid.UUID(facts.workflow["id"])
            facts = replace(facts, kept=workflows.kept_data(workflow_id=workflow, node_id=claimed.node_id))
        if "$vars" in needs.names and facts.project_id is not None:
            return facts.with_variables(workflows.variable_values(facts.project_id))
        return facts
    return RunFacts({} if node.in_degree else payloads.read_input(claimed.execution_id, claimed.run_input))


def needs_of(node: CompiledNode, node_type: NodeType) -> expressions.Needs:
    """What the texts of a node ask for."""
    return expressions.needs(node.config, node_type.verbatim)


class Names:
    """The names of one step. Reads what it needs of earlier steps when it is made, and nothing afterwards."""

    def __init__(
        self,
        *,
        claimed: Claimed,
        graph: CompiledGraph,
        node: CompiledNode,
        needs: expressions.Needs,
        inputs: Mapping[str, list[Item]],
        facts: RunFacts,
    ) -> None:
        self._claimed = claimed
        self._node = node
        self._items: Sequence[Item] = inputs.get(node.inputs[0], []) if node.inputs else [facts.input_data]
        self._facts = facts
        self._earlier: Mapping[str, EarlierItems] = (
            read_earlier(claimed, graph, node, needs.nodes, len(self._items)) if needs.nodes else {}
        )
        self._previous = {"name": previous_label(graph, node), "outputIndex": 0, "runIndex": 0}

    def scope(self, index: int, item: Item) -> dict[str, Any]:
        """What plain paths find for one item."""
        return {
            "$json": attached.without_files(item),
            "$itemIndex": index,
            expressions.INPUT: Seen(self._own, index if self._items else None, index),
            expressions.NODES: {
                name: Seen(self._shared[name], one.pairs[index] if index < len(one.pairs) else None, index)
                for name, one in self._earlier.items()
            },
            **self._constant,
        }

    @cached_property
    def surroundings(self) -> Surroundings:
        """What programs find."""
        constant = self._constant
        return Surroundings(
            items=self._items,
            now=int(self._claimed.started_at.timestamp() * 1000),
            nodes={name: Earlier(one.items, one.pairs) for name, one in self._earlier.items()},
            variables=constant["$vars"],
            environment=constant["$env"],
            workflow=constant["$workflow"],
            execution=constant["$execution"],
            previous=self._previous,
            run_index=constant["$runIndex"],
            zone=settings.TIME_ZONE,
            kept=self._facts.kept,
            lenient=self._node.lenient,
        )

    @cached_property
    def _own(self) -> Shared:
        return Shared(self._items)

    @cached_property
    def _shared(self) -> Mapping[str, Shared]:
        return {name: Shared(one.items, name) for name, one in self._earlier.items()}

    @cached_property
    def _constant(self) -> dict[str, Any]:
        run = str(self._claimed.execution_id)
        return {
            "$execution": {"id": run, "mode": self._facts.mode, "inputData": self._facts.input_data},
            "$executionId": run,
            "$workflow": self._facts.workflow,
            "$vars": self._facts.variables,
            "$env": settings.EXPRESSION_ENV,
            "$runIndex": self._claimed.scope[-1] if self._claimed.scope else 0,
            "$prevNode": self._previous,
        }
