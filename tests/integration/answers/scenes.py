"""What several tests of the answers set up: other projects, time that passes, threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts import clock
from accounts.models import Project, User
from executions import sweeps
from executions.models import Execution
from workflows import services as workflows
from workflows.models import Workflow, WorkflowVersion


def project(code: str) -> Project:
    return Project.objects.get_or_create(code=code, defaults={"name": code})[0]


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """The database's clock as it will be in `seconds`."""
    clock.shift(connection, seconds)
    try:
        yield
    finally:
        clock.shift(connection, 0)


def end_rests(seconds: float = 3600) -> None:
    """Time passes until every rest and wait of the next hour is over."""
    with later(seconds):
        sweeps.wake_due()


def replace(run: Execution, user: User, what: dict[str, Any], *, draft: bool = False) -> int:
    """A new version of the run's workflow, published unless it is a draft; returns its number."""
    saved = workflows.replace_workflow(
        workflow_id=run.workflow_id,
        user=user,
        particulars=workflows.Particulars(name=run.workflow.name),
        definition=what,
        draft=draft,
    )
    return int(saved.version)


def unusable_version(flow: Workflow) -> WorkflowVersion:
    """A version with a node type that is no longer installed."""
    version = WorkflowVersion.objects.get(workflow=flow, number=flow.version)
    text = {**version.definition, "nodes": [{**node, "type": "gone"} for node in version.definition["nodes"]]}
    return WorkflowVersion.objects.create(workflow=flow, number=99, label="v099", definition=text)


def in_thread(work: Callable[[], object]) -> None:
    """Do something in a thread that gives its connection back."""
    try:
        work()
    finally:
        connection.close()
