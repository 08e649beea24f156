"""`execute?wait=N`: the caller is answered when the run has finished."""

from __future__ import annotations

import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from config.handler import THREADS
from executions import realtime, services
from executions.models import Execution
from executions.realtime import wait_for_answer
from executions.realtime.waiting import WAITERS, places
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.live_server import PATIENCE_SECONDS, until, web_process


def begin_to_wait(run: Execution) -> threading.Thread:
    def wait() -> None:
        realtime.wait_until_finished(run.pk, PATIENCE_SECONDS)
        connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_a_run_learns_of_its_end():
    """S3-5: `wait` ends when the run does."""
    user = runs.person()
    run = runs.start(runs.workflow(user), user)
    waiting = begin_to_wait(run)
    driving.drain()
    waiting.join(PATIENCE_SECONDS)
    assert not waiting.is_alive()


@pytest.mark.django_db(transaction=True)
def test_crowds_that_wait_leave_threads_to_those_who_do_not():
    """S2-11: who comes beyond is answered at once with the run as it stands; a place that is given up is the next's."""
    user = runs.person()
    run = runs.start(runs.workflow(user), user)
    assert THREADS - WAITERS >= 200
    for _ in range(WAITERS):
        assert places.acquire(blocking=False)
    try:
        assert realtime.wait_until_finished(run.pk, PATIENCE_SECONDS).status == "running"
        assert wait_for_answer(run.pk, PATIENCE_SECONDS) is None
    finally:
        places.release(WAITERS)
    driving.drain()
    assert realtime.wait_until_finished(run.pk, PATIENCE_SECONDS).status == "succeeded"
    with pytest.raises(ValueError, match="released too many times"):
        places.release()


@pytest.mark.django_db(transaction=True)
def test_waiting_works_without_valkey(settings: Any):
    """S3-5: the database is asked, whoever announces or not."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    user = runs.person()
    run = runs.start(runs.workflow(user), user)
    waiting = begin_to_wait(run)
    services.stop(execution_id=run.pk, user=user)
    waiting.join(PATIENCE_SECONDS)
    assert not waiting.is_alive()


@pytest.mark.django_db(transaction=True)
def test_who_waits_keeps_nobody_from_being_served():
    """S3-5: more callers wait than the web process has connections, and it goes on answering."""
    user = runs.person()
    flow = runs.workflow(user)
    headers = {"Authorization": f"Bearer {runs.token(user)}", "Content-Type": "application/json"}

    def ask(method: str, path: str) -> tuple[int, Any]:
        request = urllib.request.Request(f"{server}/api/v1{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)

    with web_process(DATABASE_POOL_SIZE="3") as sockets, ThreadPoolExecutor(8) as callers:
        server = sockets.replace("ws://", "http://")
        waiting = [callers.submit(ask, "POST", f"/workflows/{flow.pk}/execute?wait=60") for _ in range(8)]
        until(lambda: Execution.objects.count() == 8)
        assert ask("GET", "/executions")[1]["count"] == 8
        driving.drain()
        assert [answer.result()[0] for answer in waiting] == [200] * 8
        answers = [answer.result()[1] for answer in waiting]
        assert {answer["status"] for answer in answers} == {"succeeded"}
        assert answers[0] == ask("GET", f"/executions/{answers[0]['id']}")[1]
