"""Quick steps right after a step: run in memory, one after the other, and recorded with it in its one transaction.

A step is quick when its node is pure, waits for nobody but the step before it, and has little to do. Until the record
nobody knows of it: it is pending, so nobody else can take it. Whoever dies before the record has done nothing but
compute, and that is done again. So is what has begun before a pause, also one that has passed. What does not simply
work here (a wait, a large result) is left out: the step is claimed and run by itself. So is an error, which ends the
burst, for nothing starts in a run that fails.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, NoReturn

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts import failpoints
from executions import payloads
from executions.claims import Claimed
from executions.context import StepContext
from executions.engine import settlement as settlements
from executions.engine.events import Event
from executions.engine.identity import step_id
from executions.engine.settlement import Settlement
from executions.lease import Lease
from executions.payloads import Encoded, RunFacts
from executions.surroundings import Names, needs_of
from workflows import catalogue
from workflows.graph import expressions
from workflows.graph.topology import ERROR_PORT, CompiledGraph, CompiledNode
from workflows.node_type import Done

log = structlog.get_logger(__name__)

INPUT_CHARACTERS: Final = 32_000
"""Of a step's items as JSON: a step with more is run by itself, under a lease and a time limit of its own."""
BURST_CHARACTERS: Final = 1_000_000
"""Of all results together."""
QUICK_NAMES: Final = frozenset({"$json", "$itemIndex", "$input", "$prevNode", "$runIndex", "$env"})
"""What the templates of a quick step may ask for: what it has in its hands."""


@dataclass(frozen=True)
class Passed:
    """A quick step that has succeeded. `began` and `ended` are by `time.monotonic()`."""

    claimed: Claimed
    node: CompiledNode
    settlement: Settlement
    data: Sequence[Encoded]
    lines: Sequence[Event]
    began: float
    ended: float


def follow(
    lease: Lease, graph: CompiledGraph, settlement: Settlement, data: Sequence[Encoded], *, most: int
) -> list[Passed]:
    """Run the quick steps after the step of `lease`, which has come to `settlement` with `data`; at most `most`.

    After a retry or a rescue nothing follows: its steps have a history, and one of them may be what killed a worker.
    """
    claimed = lease.claimed
    if claimed.epoch != 1 or claimed.rescues or settlement.ports is None or not _is_plain(settlement):
        return []
    most = min(most, settings.BURST_STEPS)
    end = time.monotonic() + settings.BURST_SECONDS
    size = 0
    outputs = {(claimed.step_id, row.port): row.items for row in data}
    waiting = deque(_quick_after(graph, claimed.node_id, settlement.ports))
    passed: list[Passed] = []
    while waiting and len(passed) < most and size < BURST_CHARACTERS and time.monotonic() < end and lease.cut is None:
        node = waiting.popleft()
        try:
            done = _run(_claimed(lease, node), graph, node, outputs, lease)
        except (OperationalError, InterfaceError):
            raise
        except NotQuick:
            continue
        except Exception as error:
            log.debug("quick step is run by itself", node_id=node.id, error=type(error).__name__)
            break
        if done is None:
            continue
        passed.append(done)
        failpoints.reach("burst.step")
        outputs |= {(done.claimed.step_id, row.port): row.items for row in done.data}
        size += sum(len(row.items) for row in done.data)
        waiting.extend(_quick_after(graph, node.id, done.settlement.ports or {}))
    return passed


def leads(node: CompiledNode) -> bool:
    """Whether a run that begins with this node may begin with a quick step."""
    return settings.BURST_STEPS > 0 and not node.ins and _is_quick(node)


def lead(lease: Lease, graph: CompiledGraph) -> Passed | None:
    """Run the first step of a run, which nobody has claimed; None when it has to be claimed and run by itself."""
    claimed = lease.claimed
    node = graph.nodes[claimed.node_id]
    try:
        text = payloads.input_text(claimed.execution_id, claimed.run_input) if leads(node) else None
        if text is None or len(text) > INPUT_CHARACTERS:
            return None
        facts = RunFacts(payloads.decode(text))
        given = {node.inputs[0]: [facts.input_data]} if node.inputs else {}
        return _compute(claimed, graph, node, given, facts, lease)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.debug("first step is claimed and run by itself", node_id=node.id, error=type(error).__name__)
        return None


def _is_plain(settlement: Settlement) -> bool:
    """Whether nothing can still change what has become of the step."""
    return settlement.failure is None and settlement.starts is None and not settlement.notes


def _quick_after(graph: CompiledGraph, node_id: str, fired: Mapping[str, Any]) -> list[CompiledNode]:
    node = graph.nodes[node_id]
    if node.region is not None or node.body is not None:
        return []
    after = (graph.nodes[edge.target] for edge in node.outs if edge.role == "plain" and edge.source_handle in fired)
    return [found for found in after if len(found.ins) == 1 and _is_quick(found)]


def _is_quick(node: CompiledNode) -> bool:
    return (
        node.weight == "inline"
        and node.repeatable
        and not node.isolate
        and node.stores is None
        and not node.credentials
        and node.region is None
        and node.body is None
        and node.pinned is None
        and all(edge.role == "plain" for edge in node.outs)
        and _asks_only_for_items(node)
    )


def _asks_only_for_items(node: CompiledNode) -> bool:
    node_type = catalogue.get(node.type)
    needs = needs_of(node, node_type)
    return not needs.nodes and needs.names <= QUICK_NAMES and not expressions.scripts(node.config, node_type.verbatim)


def _claimed(lease: Lease, node: CompiledNode) -> Claimed:
    """The step as it would be claimed now."""
    before = lease.claimed
    since = timedelta(seconds=time.monotonic() - lease.taken)
    return replace(
        before,
        step_id=step_id(before.execution_id, node.id, ()),
        node_id=node.id,
        fence=1,
        attempt=1,
        tries=0,
        progress=None,
        wake=None,
        edited_input=None,
        started_at=before.started_at + since,
    )


def _run(
    claimed: Claimed,
    graph: CompiledGraph,
    node: CompiledNode,
    outputs: Mapping[tuple[uuid.UUID, str], str],
    lease: Lease,
) -> Passed | None:
    """Run one quick step; None when it has to be run by itself. Raises what its node raises."""
    edge = node.ins[0]
    source = step_id(claimed.execution_id, edge.source, ())
    text = outputs[source, edge.source_handle]
    if len(text) > INPUT_CHARACTERS:
        return None
    return _compute(claimed, graph, node, {edge.target_handle: payloads.decode(text)}, RunFacts({}), lease)


def _compute(
    claimed: Claimed,
    graph: CompiledGraph,
    node: CompiledNode,
    given: Mapping[str, list[Any]],
    facts: RunFacts,
    lease: Lease,
) -> Passed | None:
    began = time.monotonic()
    node_type = catalogue.get(node.type)
    needs = needs_of(node, node_type)
    inputs = node.taken(given)
    context = QuickContext(
        claimed=claimed,
        node=node,
        node_type=node_type,
        inputs=inputs,
        facts=facts,
        names=Names(claimed=claimed, graph=graph, node=node, needs=needs, inputs=inputs, facts=facts),
        deadline=lease.deadline,
        cancel=lease.cancel,
    )
    outcome = node_type.run(context)
    if not isinstance(outcome, Done) or outcome.notes or not _known(outcome, node):
        return None
    ports = node.given(outcome.ports)
    sources = {port: of for port, of in outcome.sources.items() if ports.get(port) is outcome.ports.get(port)}
    data = payloads.encode(ports, sources)
    settlement = settlements.success(ports, sources)
    return Passed(claimed, node, settlement, data, context.log.lines, began, time.monotonic())


def _known(outcome: Done, node: CompiledNode) -> bool:
    known = catalogue.facts(node.type).outputs
    return all(port in known or port == ERROR_PORT for port in outcome.ports)


class NotQuick(Exception):
    """The node calls the outside or runs a program, so its step needs a claim."""


class QuickContext(StepContext):
    """The context of a step that nobody has claimed: it leads nowhere outside, and to no process of programs."""

    def connect(self, client: type[Any]) -> NoReturn:
        raise NotQuick

    def watching(self, cut: Callable[[], None]) -> NoReturn:
        raise NotQuick
