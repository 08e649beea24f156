"""What the emulator cannot do: refuse for quotas, overload and rights, or be away. A small server does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from integrations.models import OutboxMessage, Shipment, WarehouseLoad
from tests.integration import runs
from tests.integration.bigquery.conftest import Write, deliver
from tests.integration.executions import driving

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


class Refusing(BaseHTTPRequestHandler):
    """Answers every request with the same refusal."""

    status = 403
    reason = ""

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"code": self.status, "message": "told", "errors": [{"reason": self.reason, "message": "told"}]}
        body = json.dumps({"error": told}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _refuse  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def refusing(settings: Any, project: str) -> Iterator[type[Refusing]]:
    handler = type("Handler", (Refusing,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.BIGQUERY_API_ENDPOINT = f"http://127.0.0.1:{server.server_port}"
        yield handler
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "reason", "cause"), [(403, "quotaExceeded", "quotaExceeded"), (403, "accessDenied", "access")]
)
def test_a_refusal_costs_no_try_and_no_row(
    write: Write, refusing: type[Refusing], status: int, reason: str, cause: str
) -> None:
    """S3-17: quotas and missing rights make rows wait, not fail."""
    refusing.status, refusing.reason = status, reason
    write([{"n": 1}])
    deliver()
    message = OutboxMessage.objects.get()
    assert (message.state, message.tries) == ("waiting", 0)
    assert message.error is not None
    assert (message.error["code"], message.error["details"]["reason"]) == ("bigquery_rests", cause)
    load = WarehouseLoad.objects.get()
    assert load.error is not None
    assert (load.loaded_at, load.generation, load.error["details"]["reason"]) == (None, 0, reason)


def test_a_run_ends_well_while_bigquery_is_away(settings: Any, project: str) -> None:
    """S3-17: the failure of BigQuery does not lose or fail the run; its rows wait."""
    settings.BIGQUERY_API_ENDPOINT = "http://127.0.0.1:9"
    made = runs.finished_run(runs.person("editor"), ("a", "noop", {"settings": {"store": "raw"}}), input_data={"n": 1})
    assert driving.status(made) == "succeeded"
    deliver()
    assert OutboxMessage.objects.get(topic="bigquery.load").state == "waiting"
    assert Shipment.objects.filter(load__loaded_at__isnull=True).count() == 1
