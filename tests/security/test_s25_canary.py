"""A secret that the other side echoes everywhere: it is looked for wherever Naryad writes."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from config.log_redaction import safe_line
from executions.models import Execution
from integrations.redaction import Redactor, keeping_quiet
from integrations.secret import Secret
from tests.integration.executions import driving
from tests.integration.runs import client, person, start, workflow
from tests.security.canary import CANARY, FORMS, echo_server, forms_of, whole_database, whole_memory
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def echo(settings: Any) -> Iterator[str]:
    with echo_server(settings) as url:
        yield url


def looked_for(text: str) -> list[str]:
    return [form for form in FORMS if form in text or json.dumps(form)[1:-1] in text]


def everything_told(editor: User, execution: Execution) -> str:
    """What the API answers about a run, lists and exports included."""
    api = client(editor)
    place = f"/api/v1/executions/{execution.pk}"
    addresses = [place, *(f"{place}/{name}" for name in ("steps", "logs", "events", "effects", "why"))]
    addresses += ["/api/v1/executions", "/api/v1/dead-letters", "/api/v1/credentials", "/api/v1/datasets"]
    addresses += [f"{place}/steps/{step}" for step in execution.steps.values_list("pk", flat=True)]
    return "\n".join(api.get(address).content.decode() for address in addresses)


@pytest.mark.parametrize("path", ["/", "/refuse", "/hang", "/cut"])
@pytest.mark.parametrize(("kind", "login"), [("bearer", ""), ("basic", "login"), ("header", "X-Key"), ("query", "key")])
def test_the_secret_is_nowhere_that_naryad_writes(
    echo: str, path: str, kind: str, login: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R2-19, R3-20, S25: no table, key, log line or answer holds it in any form, whether the run succeeds or fails."""
    value = CANARY if kind in ("basic", "query") else CANARY.replace("тайна", "secret")
    editor = person("admin")
    config = {"url": echo + path, "auth": str(stored(value, kind=kind, login=login).pk), "retries": 0, "timeout": 1}
    flow = workflow(editor, ("a", "http-request", {"config": config}), ("b", "noop"))
    with caplog.at_level(logging.DEBUG):
        execution = start(flow, editor)
        driving.drain()
    execution.refresh_from_db()
    assert execution.status == ("succeeded" if path == "/" else "failed")
    written = [whole_database(), whole_memory(), everything_told(editor, execution), caplog.text]
    assert [form for form in forms_of(value) for text in written if form in text] == []


def test_a_log_line_of_a_step_holds_no_secret_even_in_a_traceback() -> None:
    """S25: whatever a library puts into its errors is masked by value before the line is written."""
    with keeping_quiet(Redactor([Secret(id="1", kind="basic", login="login", value=CANARY)])):
        lines = [
            safe_line(None, "error", {"event": f"failed {form}", "exception": f"ValueError: {form}", "extra": [form]})
            for form in FORMS
        ]
    assert looked_for("\n".join(lines)) == []


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_secret_in_the_middle_of_base64_is_found(before: str) -> None:
    """S25: an encoded header holds the secret at any of three places of a group."""
    text = base64.b64encode(f"{before}{CANARY} and more".encode()).decode()
    assert Redactor([CANARY]).finds(text)
