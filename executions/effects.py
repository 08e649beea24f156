"""The ledger of side effects: which calls to the outside a step has made, written with the step's result."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.db.models import Count, Q

from accounts.statements import hot_cursor
from executions.claims import Claimed
from executions.models import SideEffect
from integrations.scope import Sent

# One report ends one claim, so a claim that is there already was written by a commit whose answer got lost.
WRITE = """
INSERT INTO executions_sideeffect (execution_id, step_id, node_id, fence, key, method, target, outcome, at)
SELECT run.id, %(step)s::uuid, %(node)s, %(fence)s, sent.key, sent.method, sent.target, sent.outcome,
    naryad_clock() - make_interval(secs => sent.ago)
FROM executions_execution run, unnest(%(keys)s::text[], %(methods)s::text[], %(targets)s::text[], %(outcomes)s::text[],
    %(ago)s::float8[]) WITH ORDINALITY AS sent(key, method, target, outcome, ago, place)
WHERE run.id = %(execution)s AND NOT EXISTS (
    SELECT 1 FROM executions_sideeffect
    WHERE execution_id = %(execution)s AND step_id = %(step)s::uuid AND fence = %(fence)s
)
ORDER BY sent.place
"""


SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing on the other side."""


def count_by_node(execution_id: uuid.UUID) -> dict[str, tuple[int, int]]:
    """For each node of the run that has called somebody: all its calls, and those that may have changed something."""
    counts = SideEffect.objects.filter(execution_id=execution_id).order_by().values("node_id")
    counted = counts.annotate(calls=Count("id"), changes=Count("id", filter=~Q(method__in=SAFE)))
    return {row["node_id"]: (row["calls"], row["changes"]) for row in counted}


def write(claimed: Claimed, sent: Sequence[Sent]) -> None:
    """Note the calls that were made under this claim; a second time changes nothing.

    They are facts, so they are written also when the step has been taken away and its result is thrown away.
    """
    if not sent:
        return
    now = time.monotonic()
    with hot_cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "execution": claimed.execution_id,
                "step": claimed.step_id,
                "node": claimed.node_id,
                "fence": claimed.fence,
                "keys": [call.key for call in sent],
                "methods": [call.method for call in sent],
                "targets": [call.target for call in sent],
                "outcomes": [call.outcome for call in sent],
                "ago": [now - call.at for call in sent],
            },
        )
