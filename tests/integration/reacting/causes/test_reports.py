"""What an external check reports: a script on another machine calls the address of a workflow."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations import safe_json
from integrations.models import Event
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, listener_of, listening, runs_of
from tests.security.keys import stored

DISK = {"host": "db-1", "usedPercent": 96.5, "path": "/var"}
BACKUP = {"host": "db-1", "error": "timeout", "backupId": "bk-1"}
TRANSFER = {"system": "1c", "error": "refused", "transferId": "tr-1"}


@pytest.mark.parametrize(
    ("name", "report"),
    [("storage.full", DISK), ("backup.failed", BACKUP), ("transfer.failed", TRANSFER)],
)
def test_a_script_reports_what_it_has_found(anna: Any, name: str, report: dict[str, Any]) -> None:
    """Seed 6.7, 6.9, 6.10: «Сбой при передаче данных», «закончилось место», «резервного копирования»: by a secret
    header; a report that does not fit its schema is refused, and one that is sent twice counts once."""
    key = stored(kind="header", value="let me in", login="X-Check-Key")
    flow = listening(anna, "trigger-webhook", event=name, proof="header", credential=str(key.pk))
    also = listening(anna, event=name)
    address, web = f"/hooks/{listener_of(flow).address}", Client()

    def post(what: dict[str, Any], secret: str = "let me in", **headers: str) -> Any:
        headers |= {"X-Check-Key": secret}
        return web.post(address, safe_json.dumps(what), content_type="application/json", headers=headers)

    assert post(report, "wrong").status_code == 401
    assert post({"error": 1}).status_code == 400
    assert not Event.objects.exists()
    answers = [post(report, **{"Idempotency-Key": "monday"}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [202, 200, 200]
    assert len({answer.json()["executionId"] for answer in answers}) == 1
    deliver()
    driving.drain()
    (run,), (other,) = runs_of(flow), runs_of(also)
    assert driving.status(run) == "succeeded"
    assert done(other)["payload"] == safe_json.loads(safe_json.dumps(report))
