"""The hot SQL, in one place: claim, record, heartbeat, rescue.

Every statement is one round trip. A claim is the only write that does not hold the execution's row; all others lock
it first (`FOR NO KEY UPDATE`), then touch steps, so there is one lock order. A result is written by compare-and-set
on `(running, fence)`: no row changed means that the step was taken away, and the result is thrown away. A step that was
offered and not claimed is taken and recorded in one, by compare-and-set on all that the offer has said.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from psycopg.rows import class_row

from accounts.statements import HotStatement, array, hot_cursor
from executions.engine.events import Event
from executions.engine.states import StepStatus


@dataclass(frozen=True)
class Claimed:
    """A step that is leased by this worker. `progress`, `wake`, `edited_input` and `run_input` are JSON text."""

    step_id: uuid.UUID
    execution_id: uuid.UUID
    version_id: uuid.UUID
    node_id: str
    scope: list[int]
    queue: str
    worker: str
    fence: int
    epoch: int
    attempt: int
    tries: int
    rescues: int
    progress: str | None
    wake: str | None
    started_at: datetime
    edited_input: str | None = None
    run_input: str | None = None
    """What the run has begun with, if it is small; mostly a step that nobody continues into asks for it."""
    offered: datetime | None = None
    """When its run began, if nobody has claimed it (`executions.offers`): the record takes it, where it still can."""


@dataclass(frozen=True)
class Target:
    """A step after the recorded one: its new counters, and its new state where that changes.

    Where nobody has read its counters (`adds`) they are what is to be added to them, and the state is the one that it
    comes to when no edge remains.
    """

    id: uuid.UUID
    remaining: int
    live: int
    status: StepStatus | None
    adds: bool = False
    fired: Sequence[str] | None = None
    """Of a step that has succeeded together with the recorded one: the ports that fired."""
    started_ago: float | None = None
    ended_ago: float | None = None
    """When such a step ran, in seconds before the statement."""


@dataclass(frozen=True)
class Record:
    """All that one transaction writes about a step that has run."""

    claimed: Claimed
    assumed: str
    status: StepStatus
    outcome: str
    events: Sequence[Event]
    closed: int
    final_status: str
    next_status: str
    fired: Sequence[str] | None = None
    error: str | None = None
    execution_error: str | None = None
    handled: bool = False
    passed: bool = False
    """Whether quick steps are recorded with it."""
    ended_ago: float = 0.0
    """How many seconds before the statement the node gave its answer."""
    failures: int = 0
    rescued: int = 0
    only_expired: bool = False
    seconds: float | None = None
    until: datetime | None = None
    wait_reason: str | None = None
    wait_event: str | None = None
    wait_subject: str | None = None
    wake: str | None = None
    progress: str | None = None
    data: Sequence[tuple[uuid.UUID, str, str, str | None]] = ()
    """Step, port, items and sources."""
    targets: Sequence[Target] = field(default_factory=tuple)
    claim_on: str | None = None
    """The queue whose best-ranked ready step is claimed with it when no target is; none after an offered step."""


@dataclass(frozen=True)
class Recorded:
    """What the transaction left: the journal's last number, whether the run has ended and whether that has
    consequences (`services.aftercare`), which unread joins became ready, the step claimed next."""

    seq: int
    ended: bool
    aftercare: bool
    joined: Sequence[uuid.UUID]
    claimed: Claimed | None
    queue_empty: bool = False
    """Whether the queue was asked for a next step and had none, nor has one come by this record."""
    alone: bool = False
    """Whether quick steps after it were left out, and will be run by themselves."""


SMALL_INPUT_BYTES = 2000
"""Above it PostgreSQL keeps a value outside its row, and a claim would have to fetch it."""

_CLAIMED_COLUMNS = """
    {0}.id AS step_id, {0}.execution_id, {1}.version_id, {0}.node_id, {0}.scope, {0}.queue,
    {0}.leased_by AS worker, {0}.fence, {0}.epoch, {0}.attempt, {0}.tries, {0}.rescues, {0}.progress, {0}.wake,
    {0}.started_at, {0}.edited_input, {2} AS run_input"""
_RUN_INPUT = f"CASE WHEN pg_column_size(run.input_data) <= {SMALL_INPUT_BYTES} THEN run.input_data END"

_NEXT = """next AS (
    SELECT id FROM executions_step
    WHERE status = 'ready' AND queue = %(queue)s::text{} ORDER BY rank_at LIMIT 1 FOR UPDATE SKIP LOCKED
), next_step AS (
    UPDATE executions_step s
    SET status = 'running', fence = s.fence + 1, attempt = s.attempt + 1, leased_by = %(worker)s::text,
        lease_expires_at = naryad_clock() + make_interval(secs => %(lease)s::float8),
        started_at = naryad_clock(), finished_at = NULL, cancel_requested = false, wait_reason = NULL
    FROM next WHERE s.id = next.id
    RETURNING s.*
)"""
_CLAIMED = f"""SELECT {_CLAIMED_COLUMNS.format("next_step", "run", _RUN_INPUT)}
FROM next_step JOIN executions_execution run ON run.id = next_step.execution_id"""  # noqa: S608 - built from constants

CLAIM = HotStatement(f"WITH {_NEXT.format('')}\n{_CLAIMED}")


def claim(*, queue: str, worker: str) -> Claimed | None:
    """Lease the best-ranked ready step of `queue`; None when there is none. One statement, committed by itself."""
    claimed: Claimed | None = CLAIM.row(
        {"queue": queue, "worker": worker, "lease": settings.LEASE_SECONDS}, class_row(Claimed)
    )
    return claimed


LOCK = "SELECT status FROM executions_execution WHERE id = %s FOR NO KEY UPDATE"


def lock_execution(execution_id: uuid.UUID) -> str | None:
    """Take the run's lock and return its status; None when there is no such run. Needs a transaction."""
    with hot_cursor() as cursor:
        row = cursor.execute(LOCK, (execution_id,)).fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Hold:
    """A step that is still leased under the fence of its claim."""

    paused_since: bool
    """Whether its run has been paused since the claim, and perhaps resumed."""


HOLDS = """
SELECT coalesce(run.paused_at > step.started_at, false)
FROM executions_step step JOIN executions_execution run ON run.id = step.execution_id
WHERE step.id = %s AND step.status = 'running' AND step.fence = %s
    AND (NOT %s OR step.lease_expires_at < naryad_now())
FOR NO KEY UPDATE OF step
"""


def held(claimed: Claimed, *, only_expired: bool) -> Hold | None:
    """The step, if it is still leased under this fence (and, on demand, overdue). Locks it; needs the run's lock."""
    with hot_cursor() as cursor:
        row = cursor.execute(HOLDS, (claimed.step_id, claimed.fence, only_expired)).fetchone()
    return Hold(*row) if row else None


# The counters of a join that nobody has read are added to; it comes to the given state when no edge remains.
_BECOMES = "CASE WHEN v.adds AND t.remaining + v.remaining > 0 THEN NULL ELSE v.status END"

_RUNS = f"coalesce({_BECOMES} IN ('running', 'succeeded'), false)::int"

_RECORD = f"""
WITH execution AS (
    SELECT id, event_seq, open_steps - %(closed)s::int AS open_steps, version_id, paused_at,
        CASE WHEN error IS NULL THEN %(final_status)s::text ELSE 'failed' END AS final_status
    FROM executions_execution WHERE id = %(execution)s::uuid AND status = %(assumed)s::text{{its_run}} FOR NO KEY UPDATE
), step AS (
    UPDATE executions_step s
    SET status = %(status)s::text, fired = %(fired)s::text[], error = %(error)s::jsonb, handled = %(handled)s::bool,
        tries = s.tries + %(failures)s::int, rescues = s.rescues + %(rescued)s::int,
        queue = CASE WHEN %(rescued)s::int > 0 AND s.rescues > 0 THEN 'cpu' ELSE s.queue END,
        rank_at = naryad_now() - make_interval(secs => s.priority * 30),
        rung_at = CASE WHEN %(status)s::text = 'ready' THEN naryad_now() ELSE s.rung_at END,
        leased_by = NULL, lease_expires_at = NULL, cancel_requested = false,
        available_at = coalesce(%(until)s::timestamptz, naryad_clock() + make_interval(secs => %(seconds)s::float8)),
        wait_reason = %(wait_reason)s::text, wait_event = %(wait_event)s::text, wait_subject = %(wait_subject)s::text,
        wake = coalesce(%(wake)s::jsonb, CASE WHEN %(status)s::text IN ('ready', 'held', 'delayed') THEN s.wake END),
        progress = %(progress)s::jsonb,
        finished_at = CASE WHEN %(status)s::text IN ('succeeded', 'failed', 'cancelled')
            THEN greatest(naryad_now() - make_interval(secs => %(ended_ago)s::float8),
                coalesce(s.started_at, %(started)s::timestamptz)) END{{takes_it}}
    FROM execution
    WHERE s.id = %(step)s::uuid AND {{itself}}
    RETURNING s.id, s.execution_id, s.fence, s.epoch, s.attempt, s.started_at, s.finished_at
), data AS (
    INSERT INTO executions_stepdata (step_id, port, items, sources)
    SELECT d.step_id, d.port, d.items::jsonb, d.sources::jsonb
    FROM step, unnest(%(d_steps)s::uuid[], %(ports)s::text[], %(items)s::text[], %(sources)s::text[])
        AS d(step_id, port, items, sources)
), target AS (
    UPDATE executions_step t
    SET remaining = v.remaining + CASE WHEN v.adds THEN t.remaining ELSE 0 END,
        live = v.live + CASE WHEN v.adds THEN t.live ELSE 0 END,
        status = coalesce({_BECOMES}, t.status),
        rank_at = CASE WHEN {_BECOMES} IN ('ready', 'held')
            THEN naryad_now() - make_interval(secs => t.priority * 30 - v.place * 0.02) ELSE t.rank_at END,
        rung_at = CASE WHEN {_BECOMES} = 'ready' THEN naryad_now() ELSE t.rung_at END,
        fired = coalesce(v.fired::text[], t.fired),
        finished_at = CASE v.status WHEN 'skipped' THEN naryad_clock()
            WHEN 'succeeded' THEN naryad_now() - make_interval(secs => v.ended_ago) ELSE t.finished_at END,
        fence = t.fence + {_RUNS},
        attempt = t.attempt + {_RUNS},
        leased_by = CASE WHEN {_BECOMES} = 'running' THEN %(worker)s::text ELSE t.leased_by END,
        lease_expires_at = CASE WHEN {_BECOMES} = 'running'
            THEN naryad_clock() + make_interval(secs => %(lease)s::float8) ELSE t.lease_expires_at END,
        started_at = CASE {_BECOMES} WHEN 'running' THEN naryad_clock()
            WHEN 'succeeded' THEN naryad_now() - make_interval(secs => v.started_ago) ELSE t.started_at END
    FROM step, unnest(%(t_ids)s::uuid[], %(t_remaining)s::int[], %(t_live)s::int[], %(t_status)s::text[],
        %(t_adds)s::bool[], %(t_fired)s::text[], %(t_started)s::float8[], %(t_ended)s::float8[])
        WITH ORDINALITY AS v(id, remaining, live, status, adds, fired, started_ago, ended_ago, place)
    WHERE t.id = v.id AND (NOT v.adds OR t.status = %(pending)s::text)
    RETURNING t.*, v.adds
), attempt AS (
    INSERT INTO executions_attempt (step_id, fence, epoch, number, worker, outcome, error, started_at, ended_at)
    SELECT id, fence, epoch, attempt, %(worker)s::text, %(outcome)s::text, %(error)s::jsonb, started_at,
        coalesce(finished_at, naryad_clock())
    FROM step
    UNION ALL
    SELECT id, fence, epoch, attempt, %(worker)s::text, 'succeeded', NULL, started_at, finished_at
    FROM target WHERE status = 'succeeded'
), journal AS (
    INSERT INTO executions_executionevent (execution_id, seq, type, level, step_id, payload, at)
    SELECT execution.id, execution.event_seq + e.place, e.type, e.level, coalesce(e.step_id, step.id),
        e.payload::jsonb, naryad_clock()
    FROM step, execution, unnest(%(e_types)s::text[], %(e_levels)s::text[], %(e_steps)s::uuid[], %(e_payloads)s::text[])
        WITH ORDINALITY AS e(type, level, step_id, payload, place)
    UNION ALL
    SELECT execution.id, execution.event_seq + %(lines)s::int + 1, 'execution.' || execution.final_status,
        CASE execution.final_status WHEN 'failed' THEN 'error' ELSE 'info' END,
        NULL, jsonb_build_object('status', execution.final_status), naryad_clock()
    FROM step, execution WHERE execution.open_steps = 0
), closing AS (
    UPDATE executions_execution x
    SET open_steps = execution.open_steps,
        event_seq = execution.event_seq + %(lines)s::int + (execution.open_steps = 0)::int,
        status = CASE WHEN execution.open_steps = 0 THEN execution.final_status ELSE %(next_status)s::text END,
        finished_at = CASE WHEN execution.open_steps = 0 THEN naryad_clock() END,
        error = coalesce(x.error, %(execution_error)s::jsonb),
        aftercare = x.aftercare OR (execution.open_steps = 0 AND execution.final_status = 'failed')
    FROM execution, step WHERE x.id = execution.id
    RETURNING x.event_seq, execution.open_steps, x.aftercare
){{next}}
SELECT closing.event_seq, closing.open_steps = 0, closing.open_steps = 0 AND closing.aftercare,
    ARRAY(SELECT id FROM target WHERE adds AND status = 'ready'), claimed.*
FROM closing LEFT JOIN ({{claimed}}) AS claimed ON true
"""  # noqa: S608 - built from constants
_TARGET_CLAIMED = f"""SELECT {_CLAIMED_COLUMNS.format("target", "execution", "NULL::jsonb")}
FROM target CROSS JOIN execution WHERE target.status = 'running'"""  # noqa: S608 - built from constants
_UNLESS_TARGET = """
        AND EXISTS (SELECT 1 FROM step) AND NOT EXISTS (SELECT 1 FROM target WHERE status = 'running')"""

_HELD = {
    "its_run": "",
    "takes_it": "",
    "itself": """s.status = %(running)s::text AND s.fence = %(fence)s::bigint
        AND (NOT %(only_expired)s::bool OR s.lease_expires_at < naryad_now())
        AND NOT (%(passed)s::bool AND coalesce(execution.paused_at > s.started_at, false))""",
}
# What is only compared is written so that no index can be asked for it: the run is found by its own key.
_OFFERED = {
    "its_run": """
        AND (version_id, started_at) IS NOT DISTINCT FROM (%(version)s::uuid, %(began)s::timestamptz)
        AND paused_at IS NULL
        AND (NOT %(empty)s::bool OR input_data = '{}'::jsonb)""",
    "takes_it": """,
        fence = s.fence + 1, attempt = s.attempt + 1, started_at = %(started)s::timestamptz""",
    "itself": "s.status = %(ready)s::text AND s.fence = 0 AND s.epoch = 1",
}
_ALONE = {"next": "", "claimed": _TARGET_CLAIMED}
_AND_CLAIM = {"next": f", {_NEXT.format(_UNLESS_TARGET)}", "claimed": f"{_TARGET_CLAIMED} UNION ALL {_CLAIMED}"}

RECORD = HotStatement(_RECORD.format(**_HELD, **_ALONE))
RECORD_AND_CLAIM = HotStatement(_RECORD.format(**_HELD, **_AND_CLAIM))
RECORD_OFFERED = HotStatement(_RECORD.format(**_OFFERED, **_ALONE))


def record(record: Record) -> Recorded | None:
    """Write the result of a step and claim its successor, or else the next step of the queue, in one statement.

    None when nothing was written: the run is not in the `assumed` state, or the step is no longer this worker's, or
    quick steps have `passed` after it and the run has been paused since the claim: they may have begun in the pause.
    A step that was offered is no longer there, or the run is not the one that the offer speaks of.
    """
    holding = RECORD if record.claim_on is None else RECORD_AND_CLAIM
    row = (holding if record.claimed.offered is None else RECORD_OFFERED).row(_parameters(record))
    if row is None:
        return None
    seq, ended, aftercare, joined, *columns = row
    claimed = None if columns[0] is None else Claimed(*columns)
    empty = record.claim_on is not None and claimed is None and not joined
    return Recorded(seq, ended, aftercare, joined, claimed, empty)


def _parameters(record: Record) -> dict[str, Any]:
    return {
        "execution": record.claimed.execution_id,
        "assumed": record.assumed,
        "step": record.claimed.step_id,
        "running": StepStatus.RUNNING,  # a parameter, so that no partial index is taken for the row's own key
        "pending": StepStatus.PENDING,
        "ready": StepStatus.READY,
        "version": record.claimed.version_id,
        "began": record.claimed.offered,
        "started": record.claimed.started_at,
        "empty": record.claimed.run_input is not None,
        "queue": record.claim_on,
        "fence": record.claimed.fence,
        "worker": record.claimed.worker,
        "lease": settings.LEASE_SECONDS,
        "status": record.status,
        "outcome": record.outcome,
        "fired": None if record.fired is None else array(record.fired),
        "error": record.error,
        "execution_error": record.execution_error,
        "handled": record.handled,
        "passed": record.passed,
        "failures": record.failures,
        "rescued": record.rescued,
        "only_expired": record.only_expired,
        "seconds": record.seconds,
        "until": record.until,
        "wait_reason": record.wait_reason,
        "wait_event": record.wait_event,
        "wait_subject": record.wait_subject,
        "wake": record.wake,
        "progress": record.progress,
        "closed": record.closed,
        "final_status": record.final_status,
        "next_status": record.next_status,
        "ended_ago": record.ended_ago,
        "d_steps": array(step for step, _port, _items, _sources in record.data),
        "ports": array(port for _step, port, _items, _sources in record.data),
        "items": array(items for _step, _port, items, _sources in record.data),
        "sources": array(sources for _step, _port, _items, sources in record.data),
        "t_ids": array(target.id for target in record.targets),
        "t_remaining": array(target.remaining for target in record.targets),
        "t_live": array(target.live for target in record.targets),
        "t_status": array(target.status for target in record.targets),
        "t_adds": array(target.adds for target in record.targets),
        "t_fired": array(None if target.fired is None else array(target.fired) for target in record.targets),
        "t_started": array(target.started_ago for target in record.targets),
        "t_ended": array(target.ended_ago for target in record.targets),
        "lines": len(record.events),
        "e_types": array(event.type for event in record.events),
        "e_levels": array(event.level for event in record.events),
        "e_steps": array(event.step_id for event in record.events),
        "e_payloads": array(event.payload for event in record.events),
    }
