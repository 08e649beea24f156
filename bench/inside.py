"""Naryad, started by `executions.services.start` in this process; the installation's workers do the work."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

from bench.contender import Failed
from bench.places import connect
from bench.stage import Stage
from bench.waiting import wait_until_none
from executions import services as executions
from executions.engine.identity import step_id
from executions.models import Execution
from workflows import services as workflows

OPEN = "SELECT count(*) FROM executions_execution WHERE id = ANY(%s::uuid[]) AND finished_at IS NULL"
OPEN_STEP = "SELECT count(*) FROM executions_step WHERE id = ANY(%s::uuid[]) AND finished_at IS NULL"


class Inside:
    """A contender. `ids` are the runs since it was last emptied, `start_seconds` what each start took."""

    name = "naryad"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._connection = connect()
        self.ids: list[UUID] = []
        self.start_seconds: list[float] = []

    def close(self) -> None:
        """Give the connection that waits back."""
        self._connection.close()

    def chain(self, steps: int) -> float:
        return self._one(self._stage.chain(steps))

    def fan(self, width: int) -> float:
        return self._one(self._stage.fan(width))

    def many(self, runs: int, steps: int) -> float:
        flow = self._stage.chain(steps)
        began = time.perf_counter()
        return self._ended(began, [self.start(flow) for _ in range(runs)])

    def beginning(self, nodes: int, steps: int) -> UUID:
        """Start a chain of `nodes`, stop it as soon as `steps` of them have ended, and return the run."""
        run = self.start(self._stage.chain(nodes))
        wait_until_none(self._connection, OPEN_STEP, [step_id(run, f"n{steps}")])
        executions.stop(execution_id=run, user=self._stage.user)
        return run

    def start(self, flow: UUID) -> UUID:
        """Start one run and note how long that took."""
        began = time.perf_counter()
        target = workflows.startable(flow, self._stage.user)
        run = executions.start(target=target, user=self._stage.user)[0].pk
        self.start_seconds.append(time.perf_counter() - began)
        self.ids.append(run)
        return run

    def wait(self, runs: Sequence[UUID], *, calmly: bool = False) -> None:
        """Return when all of them have ended. Raises Late, and Failed unless all have succeeded."""
        wait_until_none(self._connection, OPEN, runs, calmly=calmly)
        ends = set(Execution.objects.filter(pk__in=runs).values_list("status", flat=True))
        if ends != {"succeeded"}:
            raise Failed(f"runs of the bench ended {', '.join(sorted(ends))}")

    def _one(self, flow: UUID) -> float:
        began = time.perf_counter()
        return self._ended(began, [self.start(flow)])

    def _ended(self, began: float, runs: Sequence[UUID]) -> float:
        wait_until_none(self._connection, OPEN, runs)
        seconds = time.perf_counter() - began
        self.wait(runs)
        return seconds
