"""Celery as durable as people write it by hand: a task per step, a committed row per step, a counter for the join.

`-A bench.peers.rows` is its worker. Nobody keeps results in Valkey here; the end stands in the run's row.
"""

from __future__ import annotations

import time
from functools import cache

import psycopg
from celery import Celery

from bench.places import ROWS_BROKER, connect, valkey
from bench.waiting import wait_until_none

QUEUE = "rows"
TABLES = """
CREATE TABLE IF NOT EXISTS rows_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cursor int NOT NULL DEFAULT 0, pending int NOT NULL DEFAULT 0,
    finished_at timestamptz
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS rows_step (run bigint, place int, output jsonb, PRIMARY KEY (run, place));
"""
OPEN = "SELECT count(*) FROM rows_run WHERE id = ANY(%s::bigint[]) AND finished_at IS NULL"
STEP = "INSERT INTO rows_step (run, place, output) VALUES (%s, %s, %s::jsonb)"
TOTAL = """
INSERT INTO rows_step SELECT %s, -1, to_jsonb(sum(output::int)) FROM rows_step WHERE run = %s AND place > 0
"""
MOVE = "UPDATE rows_run SET cursor = %s WHERE id = %s"
FINISH = "UPDATE rows_run SET finished_at = clock_timestamp() WHERE id = %s"

app = Celery("rows", broker=valkey(ROWS_BROKER), fixups=[], set_as_current=False)
app.conf.update(
    broker_connection_retry_on_startup=True,
    task_default_queue=QUEUE,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)


@cache
def _connection() -> psycopg.Connection:
    """One connection per process, made by its first task and so after the fork."""
    return connect()


@app.task(name="rows.step")
def step(run: int, place: int, steps: int, value: int) -> None:
    """One step of a chain; the next one is sent after the commit."""
    connection = _connection()
    with connection.transaction():
        connection.execute(STEP, (run, place, str(value + 1)))
        if place + 1 == steps:
            connection.execute(FINISH, (run,))
        else:
            connection.execute(MOVE, (place + 1, run))
    if place + 1 < steps:
        step.delay(run, place + 1, steps, value + 1)


@app.task(name="rows.first")
def first(run: int, width: int) -> None:
    """The step before many."""
    connection = _connection()
    with connection.transaction():
        connection.execute(STEP, (run, 0, "1"))
        connection.execute("UPDATE rows_run SET pending = %s WHERE id = %s", (width, run))
    for place in range(1, width + 1):
        branch.delay(run, place)


@app.task(name="rows.branch")
def branch(run: int, place: int) -> None:
    """One of many; the last to end sends the step after them."""
    connection = _connection()
    with connection.transaction():
        connection.execute(STEP, (run, place, str(place)))
        count = "UPDATE rows_run SET pending = pending - 1 WHERE id = %s RETURNING pending"
        row = connection.execute(count, (run,)).fetchone()
    if row is not None and row[0] == 0:
        last.delay(run)


@app.task(name="rows.last")
def last(run: int) -> None:
    """The step after many."""
    connection = _connection()
    with connection.transaction():
        connection.execute(TOTAL, (run, run))
        connection.execute(FINISH, (run,))


class Rows:
    """A contender."""

    name = "celery_rows"

    def __init__(self) -> None:
        self._connection = connect()

    def chain(self, steps: int) -> float:
        began = time.perf_counter()
        run = self._new()
        step.delay(run, 0, steps, 0)
        return self._ended(began, [run])

    def fan(self, width: int) -> float:
        began = time.perf_counter()
        run = self._new()
        first.delay(run, width)
        return self._ended(began, [run])

    def many(self, runs: int, steps: int) -> float:
        began = time.perf_counter()
        started = []
        for _ in range(runs):
            run = self._new()
            step.delay(run, 0, steps, 0)
            started.append(run)
        return self._ended(began, started)

    def _new(self) -> int:
        row = self._connection.execute("INSERT INTO rows_run DEFAULT VALUES RETURNING id").fetchone()
        assert row is not None
        return int(row[0])

    def _ended(self, began: float, runs: list[int]) -> float:
        wait_until_none(self._connection, OPEN, runs)
        return time.perf_counter() - began
