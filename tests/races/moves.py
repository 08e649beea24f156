"""What the actors of these tests do: moves of a worker, each with the engine's own code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from executions import claims, runner
from executions.claims import Claimed, Recorded
from executions.lease import Leases
from executions.models import Attempt, Execution
from tests.integration.executions.driving import leases

LEASE_OVER = 40.0
"""Seconds after which a lease has run out, if nobody renews it."""


def claim(queue: str = "cpu", worker: str = "worker") -> Claimed:
    """The best-ranked step of the queue, which must be there."""
    claimed = claims.claim(queue=queue, worker=worker)
    assert claimed is not None
    return claimed


def take(queue: str = "cpu") -> Claimed | None:
    """The best-ranked step of the queue, if there is one."""
    return claims.claim(queue=queue, worker="worker")


def finish(claimed: Claimed, *, alone: bool = True, held: Leases | None = None) -> Recorded | None:
    """Run the node of a claimed step and record it; `alone` goes on with no successor."""
    recorded, _carried = runner._step(claimed, None, held or leases(), continue_on=None if alone else "cpu")
    return recorded


def finishing(claimed: Claimed, *, alone: bool = True) -> Callable[[], Recorded | None]:
    return lambda: finish(claimed, alone=alone)


def outcomes(run: Execution, node: str | None = None) -> list[str]:
    """How the tries of a run, or of one of its nodes, have ended."""
    tries: Any = Attempt.objects.filter(step__execution=run)
    if node is not None:
        tries = tries.filter(step__node_id=node)
    return list(tries.order_by("ended_at", "id").values_list("outcome", flat=True))
