"""Downloads that nobody takes: the web process goes on serving everybody else."""

from __future__ import annotations

import json
import socket
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from integrations import sink
from integrations.models import Dataset
from integrations.sink import DatasetRef
from tests.integration import runs
from tests.integration.realtime.live_server import PATIENCE_SECONDS, web_process

CONNECTIONS = 2
ROWS = 10_000
ROW_BYTES = 4_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_a_download_that_nobody_takes_holds_no_connection_of_the_database(form: str) -> None:
    """S11, S30: a viewer who asks for more downloads than there are connections, and reads none, waits alone."""
    viewer = runs.person("viewer")
    _store(viewer.memberships.get().project_id)
    with web_process(DATABASE_POOL_SIZE=str(CONNECTIONS)) as sockets, ExitStack() as lines:
        place = urlsplit(sockets)
        for _number in range(CONNECTIONS + 1):
            line = lines.enter_context(socket.create_connection((str(place.hostname), place.port or 0)))
            line.settimeout(PATIENCE_SECONDS)
            line.sendall(
                f"GET /api/v1/datasets/long/rows?format={form} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                f"Authorization: Bearer {runs.token(viewer)}\r\n\r\n".encode()
            )
            assert line.recv(12) == b"HTTP/1.1 200"  # and not a byte more
        request = urllib.request.Request(
            f"http://{place.netloc}/api/v1/me", headers={"Authorization": f"Bearer {runs.token(viewer)}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            assert json.load(answer)["id"] == viewer.pk


def _store(project: int) -> None:
    """A dataset larger than what systems keep for a socket."""
    run = uuid7()
    ref = DatasetRef(
        project_id=project, name="long", title="Long", workflow_id=uuid7(), node_id="n", node_type="wb-get-campaigns"
    )
    sink.write(dataset=ref, execution_id=run, node_id="n", kind="raw", rows=[{"id": 0, "text": ""}])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_datasetrow (dataset_id, execution_id, node_id, position, payload, stored_at)"
            " SELECT %s, %s, 'n', number, jsonb_build_object('id', number, 'text', repeat('x', %s)), now()"
            " FROM generate_series(1, %s::int) AS number",
            [Dataset.objects.get().pk, run, ROW_BYTES, ROWS],
        )
