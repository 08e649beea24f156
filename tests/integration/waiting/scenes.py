"""Runs that wait for events, and the events."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.services import default_project
from executions.models import Execution
from integrations import events, relay
from integrations.events import Event
from tests.integration.executions.driving import definition, drain, start, step

NAME = "order.paid"


def what(**config: Any) -> dict[str, Any]:
    """A workflow that waits for an event and then does one thing on each of the two ways out."""
    waits = {"config": {"event": NAME, **config}}
    return definition(
        [("wait", "wait-event", waits), ("paid", "noop"), ("late", "noop")],
        [("wait", "paid", "received"), ("wait", "late", "timeout")],
    )


def waiting(user: User, **config: Any) -> Execution:
    """A run whose step waits."""
    run = start(user, what(**config), input_data={"id": 7})
    drain()
    assert step(run, "wait").status == "waiting"
    return run


def emit(**said: Any) -> Event:
    """An event in the default project; nobody has been told of it yet."""
    event, _fresh = events.emit(project_id=default_project().pk, **{"name": NAME, "source": "test", **said})
    return event


def deliver() -> int:
    """Tell everybody of the events; returns how many messages went out."""
    return relay.deliver_due(queue="system")
