"""Keys are changed while all runs."""

from __future__ import annotations

import base64
import threading
from typing import Any

import pytest
from django.db import connection

from executions.models import Step
from integrations import credentials
from tests.integration import runs
from tests.integration.executions import driving
from tests.security.canary import echo_server
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
ROWS = 20


def test_runs_go_on_while_keys_are_changed(settings: Any) -> None:
    """S26: rotation under load: no step fails for it, and afterwards the old key is not needed."""
    settings.CREDENTIAL_KEYS = [OLD]
    with echo_server(settings) as url:
        rows = [stored(f"shop {number}") for number in range(ROWS)]
        staff = runs.person("admin")
        configs = [{"config": {"url": url, "auth": str(row.pk), "retries": 0}} for row in rows]
        flow = runs.workflow(staff, *((f"n{number}", "http-request", each) for number, each in enumerate(configs)))
        settings.CREDENTIAL_KEYS = [NEW, OLD]
        execution = runs.start(flow, staff)
        moved: list[int] = []
        rotating = threading.Thread(target=_rotate_one_by_one, args=(moved,))
        rotating.start()
        driving.drain()
        rotating.join(30)
    assert sum(moved) == ROWS
    assert driving.status(execution) == "succeeded"
    assert not Step.objects.filter(execution=execution, tries__gt=0).exists()
    settings.CREDENTIAL_KEYS = [NEW]
    assert all(credentials.reveal(row.id, row.project_id).value.startswith("shop") for row in rows)


def _rotate_one_by_one(moved: list[int]) -> None:
    try:
        moved += [credentials.rotate(limit=1).count for _row in range(ROWS)]
    finally:
        connection.close()


def test_no_step_is_refused_its_secret_while_keys_are_changed(settings: Any) -> None:
    """S26: rows are read beside the rotation, each of them before and after its turn."""
    settings.CREDENTIAL_KEYS = [OLD]
    rows = [stored(f"shop {number}") for number in range(ROWS)]
    expected = [credentials.reveal(row.id, row.project_id).value for row in rows]
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    over, begun = threading.Event(), threading.Event()
    readings: list[Any] = []

    def read() -> None:
        try:
            while not over.is_set() or len(readings) < 2:
                readings.append([credentials.reveal(row.id, row.project_id).value for row in rows])
                begun.set()
        except Exception as error:  # it is looked at below: a thread's own would be lost
            readings.append(error)
            begun.set()
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert begun.wait(30)
        moved = sum(credentials.rotate(limit=1).count for _row in rows)
    finally:
        over.set()
        reader.join(30)
    assert moved == ROWS
    assert all(reading == expected for reading in readings), readings[-1]
    settings.CREDENTIAL_KEYS = [NEW]
    assert [credentials.reveal(row.id, row.project_id).value for row in rows] == expected
