"""The rules that move time. Any number of tickers may run them at once: every change is compare-and-set.

The numbers S1 to S7 name the same rules in `docs/architecture.md`.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from psycopg.rows import class_row

from accounts import failpoints
from accounts.clock import Now
from accounts.statements import hot_cursor
from executions import failures, payloads
from executions.claims import Claimed, lock_execution
from executions.engine import settlement as settlements
from executions.engine.placement import CPU, IO
from executions.engine.settlement import Settlement
from executions.models import Execution, IdempotencyKey, Worker
from executions.services.aftermath import ring, ring_out
from executions.services.control import fail
from executions.services.graphs import graph_of
from executions.services.guards import slots_of
from executions.services.settling import Report, settle
from integrations import counters
from workflows import services as workflows
from workflows.graph.topology import CompiledNode

log = structlog.get_logger(__name__)

LEASE_LOSSES = "lease_losses"
"""The counter of steps that were taken from workers that had gone."""
BATCH = 200
HOST_BATCH = 20
OVERTIME_SECONDS = 30.0
"""A worker cuts its steps off itself; after this much more it is not trusted to."""
RING_AGAIN_SECONDS = 10.0
WORKER_KEPT = timedelta(hours=1)

Decide = Callable[[Claimed, CompiledNode], Settlement]

LEASED = """
SELECT s.id AS step_id, s.execution_id, e.version_id, s.node_id, s.scope, s.queue, s.leased_by AS worker, s.fence,
    s.epoch, s.attempt, s.tries, s.rescues, s.progress, s.wake, s.started_at
FROM executions_step s JOIN executions_execution e ON e.id = s.execution_id
WHERE s.status = 'running' AND {} LIMIT %(batch)s::int
"""
EXPIRED = LEASED.format("s.lease_expires_at < naryad_now()")
OVERTIME = LEASED.format(
    "s.started_at + make_interval(secs => s.timeout_seconds + %(overtime)s::float8) < naryad_now()"
)

FORGOTTEN = LEASED.format(
    "s.leased_by = %(worker)s AND s.started_at < naryad_now() - make_interval(secs => %(settled)s::float8)"
)


def rescue_expired() -> int:
    """S1: give the steps of dead workers to others, or fail them when they have killed too many; returns how many."""
    taken = sum(_take_away(claimed, _rescued, only_expired=True) for claimed in _leased(EXPIRED))
    if taken:
        counters.add(LEASE_LOSSES, by=taken)
    return taken


def cut_overtime() -> int:
    """S7: fail steps far over their time although their worker is alive; returns how many."""
    return sum(_take_away(claimed, _overtime, only_expired=False) for claimed in _leased(OVERTIME))


def hand_back_forgotten(worker: str, disown: Callable[[Claimed], bool]) -> int:
    """Give back at once the steps that `worker` has claimed without knowing it, as `disown` says; returns how many.

    The answer to a claim is lost when the connection dies with the commit. Nobody is to blame, so it is no rescue.
    """
    mine = [claimed for claimed in _leased(FORGOTTEN, worker=worker) if disown(claimed)]
    return sum(_take_away(claimed, _handed_back, only_expired=False) for claimed in mine)


def _handed_back(claimed: Claimed, node: CompiledNode) -> Settlement:
    return settlements.handed_back(payloads.decode(claimed.progress))


def _rescued(claimed: Claimed, node: CompiledNode) -> Settlement:
    progress = payloads.decode(claimed.progress)
    return settlements.rescued(node, failures.WORKER_LOST, rescues=claimed.rescues, progress=progress)


def _overtime(claimed: Claimed, node: CompiledNode) -> Settlement:
    progress = payloads.decode(claimed.progress)
    jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
    return settlements.failed(node, failures.TIMED_OUT, tries=claimed.tries, jitter=jitter, items=(), progress=progress)


def _leased(sql: str, worker: str = "") -> list[Claimed]:
    values = {
        "overtime": OVERTIME_SECONDS,
        "batch": BATCH,
        "worker": worker,
        "settled": 2 * settings.HEARTBEAT_SECONDS,
    }
    with hot_cursor(class_row(Claimed)) as cursor:
        return cursor.execute(sql, values).fetchall()


def _take_away(claimed: Claimed, decide: Decide, *, only_expired: bool) -> bool:
    """One step that cannot be taken away must not keep the others from it."""
    failpoints.reach("sweep.read_to_cas")
    try:
        return _took_away(claimed, decide, only_expired=only_expired)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("step could not be taken from its worker", step_id=str(claimed.step_id))
        return False


def _took_away(claimed: Claimed, decide: Decide, *, only_expired: bool) -> bool:
    graph = graph_of(claimed)
    if graph is None:
        return True
    settlement = decide(claimed, graph.nodes[claimed.node_id])
    data = payloads.encode(settlement.ports, {}) if settlement.ports else []
    recorded = settle(Report(claimed, graph, settlement, data, only_expired=only_expired))
    if recorded is not None:
        log.warning("step taken from its worker", step_id=str(claimed.step_id), worker=claimed.worker)
    return recorded is not None


# The rows are chosen in a WITH: a subquery in FROM would be run again, limit and all, for each row it is joined to.
UNRUNG = """
WITH silent AS (
    SELECT id FROM executions_step
    WHERE status = 'ready' AND queue = %(queue)s
        AND (rung_at IS NULL OR rung_at < naryad_now() - make_interval(secs => %(silence)s::float8))
    ORDER BY rank_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
)
UPDATE executions_step s SET rung_at = naryad_now() FROM silent WHERE s.id = silent.id
"""


def ring_again() -> int:
    """S2: ring for steps that have been ready without a bell for a while; returns how many."""
    rung = 0
    for queue in (IO, CPU):
        with hot_cursor() as cursor:
            batch = 2 * slots_of(queue)
            cursor.execute(UNRUNG, {"queue": queue, "silence": RING_AGAIN_SECONDS, "batch": batch})
            count = cursor.rowcount
        ring_out(queue, count)
        rung += count
    return rung


# Steps of one run are ready in the order of the definition.
DELAYED = """
WITH due AS ({}), placed AS (
    SELECT id, row_number() OVER (PARTITION BY execution_id ORDER BY position, scope) AS place FROM due
)
UPDATE executions_step s
SET status = 'ready', rank_at = naryad_now() - make_interval(secs => s.priority * 30 - placed.place * 0.02),
    rung_at = naryad_now()
FROM placed WHERE s.id = placed.id
RETURNING s.queue
"""
RESTED = DELAYED.format("""
    SELECT id, execution_id, position, scope FROM executions_step
    WHERE status = 'delayed' AND available_at <= naryad_now() AND wait_subject IS NULL
    ORDER BY available_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
""")
# Hundreds may have waited for one server that failed or limits its calls: they come back to it little by little.
FOR_HOSTS = DELAYED.format("""
    SELECT s.id, s.execution_id, s.position, s.scope FROM executions_step s JOIN (
        SELECT id, row_number() OVER (PARTITION BY wait_subject ORDER BY available_at, id) AS turn
        FROM executions_step
        WHERE status = 'delayed' AND available_at <= naryad_now() AND wait_subject IS NOT NULL
    ) AS of_host ON of_host.id = s.id
    WHERE of_host.turn <= %(host_batch)s::int AND s.status = 'delayed' AND s.available_at <= naryad_now()
    FOR UPDATE OF s SKIP LOCKED
""")

# A step that waits stays so while its run is paused, so the run's row is locked to know whether it may go on.
WAITING = """
WITH due AS (
    SELECT step.id, e.status, step.execution_id, step.position, step.scope
    FROM executions_step step JOIN executions_execution e ON e.id = step.execution_id
    WHERE step.status = 'waiting' AND step.available_at <= naryad_now() AND e.status IN ('running', 'paused')
    ORDER BY step.available_at LIMIT %(batch)s::int FOR NO KEY UPDATE OF e SKIP LOCKED
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY execution_id ORDER BY position, scope) AS place FROM due
)
UPDATE executions_step s
SET status = CASE placed.status WHEN 'running' THEN 'ready' ELSE 'held' END, available_at = NULL,
    wake = s.wake || '{"by": "timer"}'::jsonb,
    rank_at = naryad_now() - make_interval(secs => s.priority * 30 - placed.place * 0.02), rung_at = naryad_now()
FROM placed WHERE s.id = placed.id AND s.status = 'waiting' AND s.available_at <= naryad_now()
RETURNING CASE placed.status WHEN 'running' THEN s.queue END
"""


def wake_due() -> int:
    """S3: make steps ready whose rest or wait is over; returns how many.

    Of those that wait for one host `HOST_BATCH` at a time.
    """
    queues: list[str | None] = []
    for sql in (RESTED, FOR_HOSTS, WAITING):
        with hot_cursor() as cursor:
            rows = cursor.execute(sql, {"batch": BATCH, "host_batch": HOST_BATCH}).fetchall()
        queues += [row[0] for row in rows]
    for queue, count in Counter(queue for queue in queues if queue is not None).items():
        ring(queue, count)
    return len(queues)


def end_overdue() -> int:
    """S6: fail runs that are over their deadline; returns how many."""
    # `finished_at` says the same as the status, in the words of the index.
    late = Execution.objects.open().filter(finished_at=None, deadline_at__lt=Now()).values_list("id", flat=True)[:BATCH]
    return sum(_end_if_overdue(execution_id) for execution_id in late)


def _end_if_overdue(execution_id: uuid.UUID) -> bool:
    """A run that was retried in the meantime has another deadline."""
    with transaction.atomic():
        lock_execution(execution_id)
        overdue = Execution.objects.filter(id=execution_id, deadline_at__lt=Now()).exists()
        return overdue and fail(execution_id=execution_id, failure=failures.DEADLINE_EXCEEDED)


def forget() -> int:
    """S9: drop rows of workers long gone, idempotency keys whose day is over, trials without runs; returns how many."""
    workers, _rows = Worker.objects.filter(seen_at__lt=Now() - WORKER_KEPT).delete()
    keys, _rows = IdempotencyKey.objects.filter(expires_at__lt=Now()).delete()
    return workers + keys + workflows.forget_trials(Execution.objects.all())
