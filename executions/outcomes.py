"""What a node's outcome means for its step, and what a step does that has slept."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import structlog

from executions import failures, payloads
from executions.claims import Claimed
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure, Settlement, Starting
from executions.services import children
from workflows import catalogue
from workflows.graph.topology import ERROR_PORT, CompiledGraph, CompiledNode
from workflows.node_type import Done, Later, Outcome, Pass, Start, Wait

log = structlog.get_logger(__name__)


def first_items(node: CompiledNode, inputs: Mapping[str, list[Any]]) -> list[Any]:
    """The items at the first input of a node."""
    return inputs.get(node.inputs[0], []) if node.inputs else []


def given(node: CompiledNode) -> Settlement | None:
    """In a test: what stands in the place of a result."""
    return None if node.pinned is None else settlements.success(node.pinned)


def woken(
    claimed: Claimed, graph: CompiledGraph, node: CompiledNode, inputs: Mapping[str, list[Any]]
) -> Settlement | None:
    """What a step that has slept does when it is claimed again: its input items leave by the port of its waking."""
    wake = payloads.decode(claimed.wake) or {}
    if wake.get("by") == "timer":
        return settlements.success({wake["onTimeout"]: first_items(node, inputs)})
    if wake.get("by") == "children":
        return children.outcome(claimed, node, wake["children"], first_items(node, inputs))
    if wake.get("by") == "limit":
        return _over_limit(claimed, graph, node, inputs)
    if wake.get("by") == "event":
        return settlements.success({_event_port(wake, node): [wake["payload"]]})
    return None


def _over_limit(
    claimed: Claimed, graph: CompiledGraph, node: CompiledNode, inputs: Mapping[str, list[Any]]
) -> Settlement:
    """The loop goes round once more than it may. Who handles that by going round again is not asked a second time."""
    limit = None if node.region is None else graph.regions[node.region].limit
    if limit is not None and claimed.scope[-1] > limit:
        node = replace(node, on_error="fail")
    return failed(claimed, node, failures.LOOP_LIMIT, inputs)


def _event_port(wake: Mapping[str, Any], node: CompiledNode) -> str:
    """The port that the event names, where the step has asked for that and its type has such a port."""
    usual: str = wake["onEvent"]
    if "portField" not in wake:
        return usual
    named = wake["payload"]["payload"].get(wake["portField"])
    return named if named in catalogue.facts(node.type).outputs else usual


def understood(outcome: Outcome, node: CompiledNode, claimed: Claimed, inputs: Mapping[str, list[Any]]) -> Settlement:
    """What becomes of the step whose node has given this outcome."""
    unknown = _unknown_port(outcome, node)
    if unknown is not None:
        log.error("node type has a defect: it has no such port", node_type=node.type, port=unknown[:100])
        failure = failures.unknown_port(unknown[:100], catalogue.facts(node.type).outputs)
        return failed(claimed, node, failure, inputs)
    if isinstance(outcome, Done):
        ports = node.given(outcome.ports)
        sources = {port: of for port, of in outcome.sources.items() if ports.get(port) is outcome.ports.get(port)}
        return settlements.success(ports, sources, outcome.notes, first_items(node, inputs))
    if isinstance(outcome, Later):
        return settlements.later(
            seconds=outcome.seconds, reason=outcome.reason, progress=outcome.progress, host=outcome.host
        )
    if isinstance(outcome, Wait):
        if outcome.seconds is None and outcome.until is None and outcome.event is None:
            raise ValueError(f"{node.type} waits for nothing")
        return settlements.waiting(
            seconds=outcome.seconds,
            until=outcome.until,
            event=outcome.event,
            subject=outcome.subject,
            on_event=outcome.on_event or node.first_output,
            on_timeout=outcome.on_timeout or node.first_output,
            port_field=outcome.port_field,
        )
    if isinstance(outcome, Start):
        items = first_items(node, inputs)
        return settlements.starting(Starting(outcome.workflow, outcome.inputs, outcome.wait, items))
    if isinstance(outcome, Pass) and node.body is None:  # nothing would come back: all goes on at once
        items = first_items(node, inputs)
        return settlements.success(node.given({node.first_output: items}), items=items)
    if isinstance(outcome, Pass):
        number = (payloads.decode(claimed.wake) or {}).get("pass", -1) + 1
        return settlements.looping(number=number, progress=outcome.progress)
    raise TypeError(f"{node.type} returned {type(outcome).__name__}")


def _unknown_port(outcome: Outcome, node: CompiledNode) -> str | None:
    """A port that the outcome names and the node's type does not have: everything behind it would be skipped."""
    named: Collection[str | None] = ()
    if isinstance(outcome, Done):
        named = outcome.ports.keys()
    elif isinstance(outcome, Wait):
        named = (outcome.on_event, outcome.on_timeout)
    known = catalogue.facts(node.type).outputs
    return next((name for name in named if name is not None and name not in known and name != ERROR_PORT), None)


def failed(claimed: Claimed, node: CompiledNode, failure: Failure, inputs: Mapping[str, list[Any]]) -> Settlement:
    """What becomes of the step whose node did not work: a next try, or the end that the node's settings say."""
    return settlements.failed(
        node,
        failure,
        tries=claimed.tries,
        jitter=random.random(),  # noqa: S311 - spreads retries, protects nothing
        items=first_items(node, inputs),
        progress=payloads.decode(claimed.progress),
    )
