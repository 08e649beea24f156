"""Somebody who may write to the broker can ring bells, and nothing else."""

from __future__ import annotations

import pytest
from django.conf import settings

from executions import tasks
from executions.models import Execution
from tests.integration.runs import person, start, workflow

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_json_is_read_and_nobody_is_commanded() -> None:
    """S27: no pickle, no yaml, no results to read, no remote control."""
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_WORKER_ENABLE_REMOTE_CONTROL is False
    assert settings.CELERY_RESULT_BACKEND is None


@pytest.mark.parametrize("queue", ["", "nowhere", "io'; DROP TABLE x; --", "x" * 1000])
def test_a_bell_for_a_queue_that_is_none_does_nothing(queue: str) -> None:
    """S27: a message has no authority: it names a queue, and PostgreSQL knows what is to be done."""
    run = start(workflow(person("editor")), person("editor"))
    served = tasks.process_leases.cache_info()
    tasks.start_workflow("x", headers={"periodic_task_name": queue})
    tasks.drain(queue)
    assert tasks.process_leases.cache_info() == served, "a worker listens for bells that nobody rings"
    run.refresh_from_db()
    assert Execution.objects.count() == 1
