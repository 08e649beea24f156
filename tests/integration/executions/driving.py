"""Driving the engine by hand: build a workflow, start it, run its steps in this thread, look at what is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from accounts import services as accounts
from executions import runner, services, sweeps
from executions.claims import Claimed
from executions.lease import Leases
from executions.models import Execution, ExecutionEvent, Step, StepData
from integrations import relay
from workflows import services as workflows
from workflows.models import WorkflowVersion

NodeSpec = tuple[str, str] | tuple[str, str, dict[str, Any]]


def definition(nodes: Iterable[NodeSpec], edges: Iterable[tuple[str, ...]] = (), **settings: Any) -> dict[str, Any]:
    """A definition from `(id, type[, {"config": …, "settings": …}])` and `(source, target[, port])`."""
    return {
        "nodes": [
            {
                "id": spec[0],
                "type": spec[1],
                "position": {"x": 0, "y": 0},
                "data": {"label": spec[0], "config": {}, **(spec[2] if len(spec) == 3 else {})},
            }
            for spec in nodes
        ],
        "edges": [
            {
                "id": f"e{index}",
                "source": edge[0],
                "target": edge[1],
                **({"sourceHandle": edge[2]} if len(edge) > 2 else {}),
            }
            for index, edge in enumerate(edges)
        ],
        **({"settings": settings} if settings else {}),
    }


def chain(length: int) -> dict[str, Any]:
    """`length` steps that do nothing, one after the other."""
    names = [f"n{index}" for index in range(length)]
    return definition([(name, "noop") for name in names], list(pairwise(names)))


def person(name: str = "anna", *roles: str) -> Any:
    """Somebody who may do everything, or what `roles` allow."""
    return accounts.create_user(username=name, password="a long enough password", roles=list(roles) or ["admin"])


def workflow(user: Any, what: dict[str, Any], name: str = "Test") -> Any:
    """A published workflow."""
    made = workflows.create_workflow(user=user, particulars=workflows.Particulars(name=name), definition=what)
    assert made.active_version_id is not None, made.newest_version and made.newest_version.problems
    return made


def start(user: Any, what: dict[str, Any], **options: Any) -> Execution:
    """A run of a new workflow."""
    target = workflows.startable(workflow(user, what).id, user)
    return services.start(target=target, user=user, **options)[0]


def leases() -> Leases:
    """The leases of a worker without a heartbeat."""
    return Leases(beating=False)


def drain(*queues: str, until: int = 1000) -> int:
    """Run what is ready on the queues (both by default) until nothing is; returns the number of steps."""
    done = 0
    held = leases()
    while done < until:
        ran = sum(runner.drain(queue, held, seconds=60, steps=until) for queue in queues or ("io", "cpu"))
        if not ran:
            break
        done += ran
    return done


def work_off() -> None:
    """Do all that is ready, due or in the outbox, and what follows from it."""
    for _round in range(10):
        if not sweeps.wake_due() + drain() + relay.deliver_due():
            return


def claim(queue: str = "cpu") -> Claimed:
    """A step of the queue, in the hands of a worker of its own."""
    claimed = runner._claim(queue, leases())
    assert claimed is not None
    return claimed


def break_version(run: Execution) -> None:
    """The run's version now names a node type that is no longer installed."""
    version = WorkflowVersion.objects.get(id=run.version_id)
    text = {**version.definition, "nodes": [{**node, "type": "gone"} for node in version.definition["nodes"]]}
    broken = WorkflowVersion.objects.create(workflow_id=version.workflow_id, number=99, label="v099", definition=text)
    Execution.objects.filter(id=run.id).update(version=broken)


def wait_until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for something that another thread brings about; fails when it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def statuses(execution: Execution) -> dict[str, str]:
    return dict(Step.objects.filter(execution=execution).values_list("node_id", "status"))


def step(execution: Execution, node_id: str) -> Step:
    return Step.objects.get(execution=execution, node_id=node_id)


def items(execution: Execution, node_id: str, port: str = "out") -> Any:
    return StepData.objects.get(step__execution=execution, step__node_id=node_id, port=port).items


def journal(execution: Execution) -> list[str]:
    """The types of the journal's lines in order, checked to be without gaps."""
    rows = list(ExecutionEvent.objects.filter(execution=execution).values_list("seq", "type"))
    assert [seq for seq, _kind in rows] == list(range(1, len(rows) + 1))
    return [kind for _seq, kind in rows]


def status(execution: Execution) -> str:
    execution.refresh_from_db()
    return execution.status
