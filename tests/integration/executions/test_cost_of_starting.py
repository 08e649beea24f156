"""What a start costs: how often the client waits for PostgreSQL, which a graph's size does not change."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from psycopg.pq import Trace

from executions import services
from tests.integration import runs
from tests.integration.executions.driving import chain, workflow
from workflows import services as workflows


def round_trips(work: Callable[[], Any]) -> int:
    """How often the server answers while `work` runs, seen on the line: hot statements are in no log of Django's."""
    for _ in range(4):
        work()  # the graph is compiled, and the statements are prepared
    line = connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as seen:
        line.trace(seen.fileno())
        line.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        work()
        line.untrace()
        seen.seek(0)
        return sum("ReadyForQuery" in message for message in seen)


@pytest.mark.parametrize("length", [1, 200])
def test_a_start_writes_the_run_its_steps_and_its_first_line_at_once(anna, length):
    target = workflows.startable(workflow(anna, chain(length)).id, anna)
    assert round_trips(lambda: services.start(target=target, user=anna)) == 1


def test_what_may_be_started_and_by_whom_is_asked_at_once(anna):
    flow = workflow(anna, chain(1))
    assert round_trips(lambda: workflows.startable(flow.id, anna)) == 1


def test_a_start_through_the_api_asks_who_it_is_and_reads_nothing_after_the_commit(anna):
    flow = workflow(anna, chain(1))
    api = runs.client(anna)
    person_and_roles, startable, start = 1, 1, 1
    execute = f"/api/v1/workflows/{flow.id}/execute"
    assert round_trips(lambda: api.post(execute)) == person_and_roles + startable + start
    assert api.post(execute).status_code == 202
