"""Whether a run waits for itself by way of others: asked for when somebody wants to know, in one bounded query."""

from __future__ import annotations

import uuid
from typing import Any, Final

from accounts.statements import hot_cursor
from executions.engine.circles import For, Wait, circle_of
from executions.engine.reasons import Hop
from executions.models import Execution

MOST: Final = 500
"""Waits that are looked at; where there are more, nothing is said: what was not seen may go on."""
ELSEWHERE: Final = "—"

# A run waits for the open children of its steps that sleep, and in line for those who hold a place. A pair that is
# known already is not followed again, so the search ends in a circle.
WAITS: Final = """
WITH RECURSIVE waits(run, next, why) AS (
    SELECT NULL::uuid, %(run)s::uuid, NULL::text
    UNION
    SELECT waits.next, further.id, further.why
    FROM waits JOIN LATERAL (
        SELECT child.id, 'child' AS why
        FROM executions_step s JOIN executions_execution child ON child.parent_step_id = s.id
        WHERE s.execution_id = waits.next AND s.status = 'waiting' AND child.awaited AND child.finished_at IS NULL
        UNION ALL
        SELECT slot.execution_id, 'slot'
        FROM executions_execution queued JOIN executions_slot slot
            ON slot.workflow_id = queued.workflow_id AND slot.key = queued.concurrency_key
        WHERE queued.id = waits.next AND queued.status = 'queued'
    ) AS further ON true
)
SELECT run, next, why FROM waits WHERE run IS NOT NULL LIMIT %(most)s::int
"""


def circle(execution: Execution, most: int = MOST) -> tuple[Hop, ...]:
    """Who waits for whom from this run on until it closes; empty when there is no circle, or none that can be seen."""
    with hot_cursor() as cursor:
        rows: list[Any] = cursor.execute(WAITS, {"run": execution.pk, "most": most + 1}).fetchall()
    if len(rows) > most:
        return ()
    way = circle_of(execution.pk, [Wait(run, following, For(why)) for run, following, why in rows])
    names = _names(execution, {run for wait in way for run in (wait.run, wait.on)})
    return tuple(
        Hop(
            run=wait.run,
            workflow=names.get(wait.run, ELSEWHERE),
            on=wait.on,
            on_workflow=names.get(wait.on, ELSEWHERE),
            why=wait.why,
        )
        for wait in way
    )


def _names(execution: Execution, runs: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of their workflows; those of other projects are not for everybody who may see this one."""
    if not runs:
        return {}
    own = Execution.objects.filter(id__in=runs, project_id=execution.project_id)
    return dict(own.values_list("id", "workflow__name"))
