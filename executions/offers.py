"""The first step of a run, told with its bell: who hears it runs it in memory, and takes it by recording it.

Only a quick step (`executions.bursts`) is offered, so whoever dies with it has done nothing but compute. The step stays
ready, and anybody may claim it meanwhile. An offer holds ids and nothing that a run works on, and nobody believes it:
the record compares all that it says with the rows, and writes nothing where they differ.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from accounts.statements import hot_cursor
from executions import bursts
from executions.claims import Claimed
from executions.engine.identity import step_id
from executions.engine.planner import Place
from executions.layout import Added, NewRun
from workflows.graph.topology import CompiledGraph

EMPTY: Final = "{}"
FULL: Final = "?"
LONGEST: Final = 1000
"""Characters of an offer; the id of a node takes most of them."""


LOOK = """
SELECT EXISTS (SELECT 1 FROM executions_step WHERE status = 'ready' AND queue = %s) AS ready, naryad_clock() AS at
"""


@dataclass(frozen=True)
class Look:
    """Whether a step of a queue waited for a worker, `at` a moment of the database's clock and of this process's."""

    ready: bool
    at: datetime
    seen: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """What the database's clock shows."""
        return self.at + timedelta(seconds=time.monotonic() - self.seen)


def look(queue: str) -> Look:
    """Whether a step of `queue` waits for a worker, and how late it is."""
    with hot_cursor(class_row(Look)) as cursor:
        found = cursor.execute(LOOK, (queue,)).fetchone()
    assert found is not None  # noqa: S101 - a question without a table has one answer
    return found


@dataclass(frozen=True)
class Offer:
    """The step of `node_id` in a run that began at `began`; `empty` says that its input is an empty object.

    `heard` is when this worker has heard of it, by the database's clock.
    """

    execution_id: uuid.UUID
    version_id: uuid.UUID
    node_id: str
    began: datetime
    empty: bool
    heard: datetime

    def claimed(self, *, queue: str, worker: str) -> Claimed:
        """The step as it would be claimed."""
        return Claimed(
            step_id=step_id(self.execution_id, self.node_id),
            execution_id=self.execution_id,
            version_id=self.version_id,
            node_id=self.node_id,
            scope=[],
            queue=queue,
            worker=worker,
            fence=1,
            epoch=1,
            attempt=1,
            tries=0,
            rescues=0,
            progress=None,
            wake=None,
            started_at=max(self.heard, self.began),
            run_input=EMPTY if self.empty else None,
            offered=self.began,
        )


def word_for(run: NewRun, added: Added, graph: CompiledGraph, ready: Sequence[Place]) -> str | None:
    """The offer of a run that has just begun, where it begins with one quick step."""
    if len(ready) != 1 or added.started_at is None or not bursts.leads(graph.nodes[ready[0][0]]):
        return None
    input_is = FULL if run.input_data else EMPTY
    return f"{run.id} {run.version_id} {added.started_at.isoformat()} {input_is} {ready[0][0]}"


def understood(word: str, heard: datetime) -> Offer | None:
    """What a bell was rung with that was heard at this moment; None where that is no offer."""
    if not word or len(word) > LONGEST:
        return None
    try:
        execution, version, began, input_is, node_id = word.split(" ", 4)
        at = datetime.fromisoformat(began)
        offer = Offer(uuid.UUID(execution), uuid.UUID(version), node_id, at, input_is == EMPTY, heard)
    except ValueError:
        return None
    return offer if at.tzinfo else None
