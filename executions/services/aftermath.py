"""What goes out after a commit: bells for steps that became ready, and the news for whoever watches."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from executions.claims import Claimed
from executions.engine.placement import queue_of
from executions.realtime import announce, hint_running
from executions.services.guards import slots_of
from integrations import doorbell
from workflows.graph.topology import CompiledGraph


def ring_for(graph: CompiledGraph, nodes: Iterable[str], *, offer: str | None = None) -> None:
    """Ring the queues of `nodes`, which this transaction makes ready: never more bells than workers could use.

    `offer` is the word for whoever hears it (`executions.offers`).
    """
    for queue, count in Counter(queue_of(graph.nodes[node]) for node in nodes).items():
        ring(queue, count, offer)


def ring(queue: str, count: int, offer: str | None = None) -> None:
    """Ring `queue` for `count` ready steps."""
    doorbell.ring(queue, times=1 if count == 1 else min(count, 2 * slots_of(queue)), word=offer)


def ring_out(queue: str, count: int) -> None:
    """Send messages for `count` ready steps now, also where workers listen: those may be frozen, or busy already."""
    if count:
        doorbell.ring_out(queue, min(count, 2 * slots_of(queue)))


def tell(execution_id: uuid.UUID, seq: int) -> None:
    """Announce, after the commit, that the journal now reaches `seq`."""
    transaction.on_commit(lambda: announce(execution_id, seq))


def tell_running(claimed: Claimed) -> None:
    """Announce, after the commit, that a step has been claimed; this is a hint without a number."""
    transaction.on_commit(
        lambda: hint_running(claimed.execution_id, claimed.step_id, claimed.attempt, claimed.started_at)
    )
