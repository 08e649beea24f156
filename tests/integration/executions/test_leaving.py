"""A worker that was asked to end leaves the work that is there to others."""

from __future__ import annotations

import threading

import redis
from django.db import connection

from accounts.models import User
from executions import runner, services
from executions.models import Step
from tests.integration.executions import driving
from tests.integration.executions.ears import LONG, listens, until
from workflows import services as workflows


def test_a_worker_that_ends_does_not_listen_on_while_there_is_work_for_others(anna: User, bells: redis.Redis) -> None:
    """Or an installation whose only worker of a queue is restarted under load would wait for it until it is killed."""
    target = workflows.startable(driving.workflow(anna, driving.chain(1)).id, anna)
    leases = driving.leases()
    ended = threading.Event()

    def serve() -> None:
        runner.serve("cpu", leases)
        connection.close()
        ended.set()

    until(lambda: not listens(bells))  # a test before this one may have left somebody, who would take the work
    threading.Thread(target=serve, daemon=True).start()
    until(lambda: listens(bells))
    leases.drain()
    services.start(target=target, user=anna)
    assert ended.wait(LONG)
    assert Step.objects.get().status == "ready"
    assert bells.llen("cpu") == 1
