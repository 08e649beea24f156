"""The least that a durable step can cost here: one statement, one commit, nothing around it."""

from __future__ import annotations

import time
import uuid

import psycopg

TABLES = """
CREATE TABLE IF NOT EXISTS bare_run (id uuid PRIMARY KEY, cursor int NOT NULL, state jsonb) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bare_step (run uuid, place int, output jsonb, PRIMARY KEY (run, place));
"""
STEP = """
WITH step AS (INSERT INTO bare_step (run, place, output) VALUES (%s, %s, %s::jsonb))
UPDATE bare_run SET cursor = %s, state = %s::jsonb WHERE id = %s
"""
OUTPUT = '[{"value": 1}]'


def commit_loop(connection: psycopg.Connection, steps: int) -> float:
    """Seconds for `steps` commits in a row, each of which inserts a step and moves its run on."""
    run = uuid.uuid4()
    connection.execute("INSERT INTO bare_run VALUES (%s, 0, NULL)", (run,))
    began = time.perf_counter()
    for place in range(steps):
        connection.execute(STEP, (run, place, OUTPUT, place, OUTPUT, run))
    return time.perf_counter() - began
