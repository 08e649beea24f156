"""Workflows that begin by something that happens, and what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.services import default_project
from executions.models import Execution, Listener, Reaction
from integrations import events, relay
from integrations.events import Event
from tests.integration.executions import driving
from workflows.models import Workflow

NAME = "order.paid"


def listening(user: Any, node_type: str = "trigger-event", **config: Any) -> Workflow:
    """A published workflow of a trigger and one thing that it does."""
    trigger = {"config": config or {"event": NAME}}
    what = driving.definition([("begin", node_type, trigger), ("act", "noop")], [("begin", "act")])
    return driving.workflow(user, what)


def emit(name: str = NAME, **said: Any) -> Event:
    """An event in the default project; nobody has been told of it yet."""
    return events.emit(project_id=default_project().pk, name=name, source="test", **said)[0]


def deliver() -> int:
    """Tell everybody of the events, and of those that follow from them."""
    told = 0
    while now := relay.deliver_due(queue="system"):
        told += now
    return told


def happen(name: str = NAME, **said: Any) -> Event:
    """An event, told and worked off."""
    event = emit(name, **said)
    deliver()
    driving.drain()
    return event


def listener_of(flow: Workflow) -> Listener:
    return Listener.objects.get(workflow=flow, active=True)


def runs_of(flow: Workflow) -> list[Execution]:
    return list(Execution.objects.filter(workflow=flow).order_by("created_at"))


def outcomes(flow: Workflow) -> list[str]:
    """What became of each event at the workflow, in order."""
    return list(Reaction.objects.filter(workflow=flow).order_by("id").values_list("outcome", flat=True))


def done(run: Execution) -> Any:
    """What the run has brought to its last step, once it has succeeded."""
    assert driving.status(run) == "succeeded", run.error
    return driving.items(run, "act")[0]


def while_working(call: Callable[[], Any]) -> Any:
    """The answer of a call that waits in a thread of its own while its run is worked off in this one."""
    answers: list[Any] = []

    def wait() -> None:
        answers.append(call())
        connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        driving.drain()
        waiting.join(0.02)
    return answers[0]
