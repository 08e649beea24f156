"""What the outside saw: the ledger's calls and the answers of the API, held against the tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psycopg

from devtools.chaos.client import Client
from devtools.chaos.graphs import FAILED, Shape
from devtools.chaos.invariants import EXAMPLES, Fault
from devtools.chaos.load import Run

PAGE = 200

# What the engine sends as `Idempotency-Key`: run, node, pass of its loops, epoch.
KEY = (
    "s.execution_id || ':' || s.node_id || ':' || coalesce(nullif(array_to_string(s.scope, '.'), ''), '0') || ':' || {}"
)
CALLED_STEPS = f"""
SELECT {KEY.format("s.epoch")} FROM executions_step s WHERE s.node_type = 'http-request' AND s.status = 'succeeded'
"""
TRIES = f"""
SELECT {KEY.format("a.epoch")}, count(*) FROM executions_attempt a JOIN executions_step s ON s.id = a.step_id
WHERE s.node_type = 'http-request' GROUP BY 1
"""
# Runs that somebody stopped or retried may end otherwise, and so may those of a step that has lost its workers.
UNTOUCHED = """
SELECT e.id::text, e.status FROM executions_execution e
WHERE e.id NOT IN (SELECT execution_id FROM executions_executionevent WHERE type = 'execution.stopped')
    AND NOT EXISTS (SELECT 1 FROM executions_step s
        WHERE s.execution_id = e.id AND s.error ->> 'code' IN ('worker_lost', 'child_failed'))
"""
RETRIED = "SELECT DISTINCT execution_id::text FROM executions_executionevent WHERE type LIKE '%.retried'"
STEPS = "SELECT execution_id::text, node_id, status FROM executions_step WHERE status <> 'dropped'"


def read_ledger(file: Path) -> Counter[str]:
    """Calls by idempotency key. A last line that was cut short is passed over."""
    calls: Counter[str] = Counter()
    for line in file.read_text().splitlines():
        if line.endswith("}"):
            calls[json.loads(line)["key"] or ""] += 1
    return calls


def compare_ledger(connection: psycopg.Connection, calls: Counter[str]) -> tuple[dict[str, Fault], int]:
    """Every success had its call, no key was called more often than its step was tried; and how many were repeats."""
    called = {_step_key(key) for key in calls}
    silent = [key for (key,) in connection.execute(CALLED_STEPS) if key not in called]
    tries: dict[str, int] = dict(connection.execute(TRIES).fetchall())
    unexplained = [f"{key} {count}" for key, count in calls.items() if count > tries.get(_step_key(key), 0)]
    repeats = sum(count - 1 for count in calls.values())
    return {"successWithoutCall": _fault(silent), "unexplainedCalls": _fault(unexplained)}, repeats


def _step_key(key: str) -> str:
    """`run:node:pass:epoch`; a step of several items adds the item's number."""
    return ":".join(key.split(":")[:4])


def compare_api(connection: psycopg.Connection, client: Client, runs: Sequence[Run]) -> dict[str, Fault]:
    """What was acknowledged exists under its key, and REST tells the states that the tables hold."""
    keys: dict[str, str] = dict(
        connection.execute("SELECT key, execution_id::text FROM executions_idempotencykey").fetchall()
    )
    held: dict[str, str] = dict(connection.execute("SELECT id::text, status FROM executions_execution").fetchall())
    told = _told_states(client)
    return {
        "acknowledgedButUnknown": _fault([run.id for run in runs if keys.get(run.key) != run.id or run.id not in held]),
        "restDiffers": _fault([run for run, status in held.items() if told.get(run) != status]),
    }


def _told_states(client: Client) -> dict[str, str]:
    told: dict[str, str] = {}
    page = 1
    while True:
        answer = client.insist("GET", f"/executions?pageSize={PAGE}&page={page}&ordering=createdAt")
        told |= {run["id"]: run["status"] for run in answer.body["results"]}
        if not answer.body["next"]:
            return told
        page += 1


def compare_results(connection: psycopg.Connection, runs: Sequence[Run], shapes: dict[str, Shape]) -> dict[str, Fault]:
    """Runs that nobody stopped ended as their shape must, step by step."""
    ended: dict[str, str] = dict(connection.execute(UNTOUCHED).fetchall())
    retried = {row[0] for row in connection.execute(RETRIED)}
    steps: dict[tuple[str, str], set[str]] = {}
    for run, node, status in connection.execute(STEPS):  # a node of a loop has a step for each pass
        steps.setdefault((run, node), set()).add(status)
    wrong = []
    for run in runs:
        shape = shapes[run.shape]
        if run.id not in ended or (run.id in retried and shape.ends == FAILED):
            continue
        other = [node for node, status in shape.steps.items() if steps.get((run.id, node)) != {status}]
        if ended[run.id] != shape.ends or other:
            wrong.append(f"{run.id} {run.shape} {ended[run.id]} {other}")
    return {"wrongResults": _fault(wrong)}


def _fault(rows: list[str]) -> Fault:
    return Fault(len(rows), rows[:EXAMPLES])
