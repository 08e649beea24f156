"""The secret that is echoed everywhere, looked for at every door: sockets, downloads, lists, pages of the admin."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from executions.models import Execution
from integrations import relay
from integrations.models import DatasetRow
from integrations.secret import MASK
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.live_server import web_process
from tests.integration.realtime.test_socket_io import connected
from tests.integration.realtime.watching import watching
from tests.security.canary import CANARY, echo_server, forms_of
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

ROWS_OF_A_TABLE = 30


@pytest.fixture
def echo(settings: Any) -> Iterator[str]:
    with echo_server(settings) as url:
        yield url


@pytest.fixture
def staff() -> User:
    return runs.person("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def run(echo: str, staff: User) -> Execution:
    """A run that is told the secret in an answer that it stores, and in a refusal that it saves as an error."""
    auth = str(stored(CANARY, kind="basic", login="login").pk)
    call = {"url": f"{echo}/", "auth": auth, "output": "body", "retries": 0}
    nodes: tuple[Any, ...] = (
        ("told", "http-request", {"config": call}),
        ("kept", "data-aggregator", {"config": {"groupBy": "said[0]", "aggregations": [COUNT]}}),
        ("refused", "http-request", {"config": {**call, "url": f"{echo}/refuse"}, "settings": ERROR_PORT}),
        ("listed", "save-error", {"config": {}}),
    )
    edges = [("told", "kept"), ("told", "refused"), ("refused", "listed", "error")]
    execution = driving.start(staff, driving.definition(nodes, edges))
    driving.drain()
    while relay.deliver_due(limit=100):
        pass
    execution.refresh_from_db()
    assert execution.status == "succeeded"
    assert DatasetRow.objects.exists()
    return execution


COUNT = {"name": "n", "field": "said", "operation": "count"}
ERROR_PORT = {"onError": "error_port"}


def shown(text: str) -> list[str]:
    """The forms of the secret in what somebody was shown; that it was echoed at all is seen by the mask."""
    return [form for form in forms_of(CANARY) if form in text]


def test_no_frame_of_a_socket_holds_it(echo: str, run: Execution, staff: User) -> None:
    """S25: WebSocket and Socket.IO show the run with everything that it was told, and not the secret."""
    with web_process() as web, watching(web, run, runs.token(staff), since=0) as watcher:
        last = run.event_seq
        frames = watcher.frames_until(lambda frame: frame["type"] == "event" and frame["event"]["seq"] == last)
        with connected(web, {"token": runs.token(staff)}) as other:
            other.subscribe(run, since=0)
            told = [other.next() for _ in range(last)]
    text = json.dumps([frames, told], ensure_ascii=False)
    assert "refused" in text
    assert shown(text) == []


def test_no_download_and_no_list_holds_it(run: Execution, staff: User) -> None:
    """S25: rows as CSV, XLSX and NDJSON, the export of the workflow, and the list of errors with one of its errors."""
    api = runs.client(staff)
    (dataset,) = [entry["name"] for entry in api.get("/api/v1/datasets").json()["results"]]
    (error,) = api.get("/api/v1/errors").json()["results"]
    addresses = [f"/api/v1/datasets/{dataset}/rows?format={shape}" for shape in ("json", "csv", "ndjson", "xlsx")]
    addresses += [f"/api/v1/workflows/{run.workflow_id}/export", f"/api/v1/workflows/{run.workflow_id}"]
    addresses += ["/api/v1/errors", f"/api/v1/errors/{error['id']}", f"/api/v1/executions/{run.pk}/logs"]
    texts = {address: _unpacked(_body(api.get(address))) for address in addresses}
    assert [address for address in addresses[:4] if MASK not in texts[address]] == [], texts[addresses[0]]
    assert {address: found for address, text in texts.items() if (found := shown(text))} == {}


def test_no_page_of_the_admin_holds_it(run: Execution, staff: User) -> None:
    """S25: every list, and the page of every row, of every table that the admin shows."""
    browser = Client()
    browser.force_login(staff)
    pages = {address: browser.get(address, follow=True) for address in _pages()}
    assert len(pages) > len(admin.site._registry)
    texts = {address: _body(answer).decode("utf-8", "replace") for address, answer in pages.items()}
    assert {address: found for address, text in texts.items() if (found := shown(text))} == {}


def _pages() -> Iterator[str]:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for row in model._default_manager.all()[:ROWS_OF_A_TABLE]:
            try:
                yield reverse(f"{name}_change", args=[row.pk])
            except NoReverseMatch:
                continue


def _body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _unpacked(body: bytes) -> str:
    """The text of an answer; of a workbook that of all its sheets."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())
