"""What the bells start, and how a worker process begins and ends. Tasks import services, never the other way."""

from __future__ import annotations

from functools import cache
from typing import Any

import structlog
from celery import current_task, shared_task
from celery.signals import (
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.db import connection

from executions import runner, sweeps, ticker
from executions.engine.placement import CPU, IO
from executions.lease import Leases, family, found_family
from executions.models import Worker
from executions.services import scheduling

log = structlog.get_logger(__name__)


@cache
def process_leases() -> Leases:
    """The leases of this process, made when first asked for: a forked child asks after the fork and has its own."""
    leases = Leases(give_up=runner.give_up, forgotten=sweeps.hand_back_forgotten)
    leases.start()
    return leases


@shared_task(name="executions.drain")
def drain(queue: str) -> None:
    """There is work on `queue`. A forged name is no queue: to listen for its bells would keep a worker from its own."""
    if queue not in (IO, CPU):
        log.warning("bell_of_no_queue", queue=str(queue)[:50])
        return
    runner.serve(queue, process_leases())


@shared_task(name="executions.tick")
def tick() -> None:
    """The ticker's rules once, in case no ticker runs. Sent by beat."""
    ticker.tick()


@shared_task(name=scheduling.TASK)
def start_workflow(*_arguments: Any, **_order: Any) -> None:
    """A schedule may be due. Sent by beat under the name of its row, which is all that counts of the message."""
    headers = current_task.request.headers or {}
    scheduling.fire_named(str(headers.get("periodic_task_name", "")))


@worker_init.connect
def _head(**_kwargs: Any) -> None:
    found_family()


@worker_process_init.connect
def _child(**_kwargs: Any) -> None:
    """A forked child: connections and threads of the parent are not its own."""
    connection.close()
    process_leases()


@worker_ready.connect
def _ready(sender: Any = None, **_kwargs: Any) -> None:
    """A worker with threads shows itself before its first bell; a prefork parent runs no steps."""
    if not _forks(sender):
        process_leases()


@worker_shutting_down.connect
def _leave(**_kwargs: Any) -> None:
    """Take no more work. Forked children do not see the signal: they read it from their rows."""
    if process_leases.cache_info().currsize:
        process_leases().drain()
    Worker.objects.filter(id__startswith=family()).update(draining=True)


@worker_process_shutdown.connect
def _child_has_ended(**_kwargs: Any) -> None:
    """A forked child that gives way to a new one, or ends with its parent."""
    _forget(process_leases().worker)


@worker_shutdown.connect
def _has_ended(**_kwargs: Any) -> None:
    """All steps have ended or were handed back. Who was killed does not come here, and stays to be seen as silent."""
    _forget(family())


def _forget(workers: str) -> None:
    """Strike the processes whose ids begin so off the list, this one among them, and do not come back to it."""
    if process_leases.cache_info().currsize:
        process_leases().close()
    Worker.objects.filter(id__startswith=workers).delete()


def _forks(consumer: Any) -> bool:
    return type(getattr(consumer, "pool", None)).__module__.endswith("prefork")
