"""One table of hostile JSON at six entrances: the API, definitions, imports, webhooks, Telegram, answers of servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from executions.models import Execution
from integrations.models import Event, InboundMessage
from tests.fakes.scripted import Service, running
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import listener_of, listening
from tests.unit.integrations.test_safe_json import HOSTILE
from tickets.telegram import webhook
from workflows.models import Workflow

pytestmark = pytest.mark.django_db

BODIES = [body for body, _reason in HOSTILE if isinstance(body, bytes) and body.strip()]
MARKED = b"\xef\xbb\xbf{}"
"""A mark of byte order is no fault where strangers write: webhooks and servers."""
JSON = "application/json"
SECRET = "of-the-telegram-webhook"


@pytest.fixture
def api() -> APIClient:
    return runs.client(runs.person("editor"))


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with running() as answering:
        settings.OUTBOUND_ALLOW = [answering.endpoint]
        yield answering


def refused(send: Callable[[bytes], Any]) -> list[tuple[bytes, int]]:
    """The bodies that are answered by something else than a refusal."""
    answers = [(body, send(body).status_code) for body in BODIES]
    return [(body[:40], status) for body, status in answers if not 400 <= status < 500]


def test_the_table_has_forty_bodies() -> None:
    """S28: the table is as long as it was promised."""
    assert len(BODIES) >= 40


def test_the_api_refuses_each(api: APIClient) -> None:
    """S28: as the input of a run."""
    flow = runs.workflow(runs.person("editor"), ("a", "noop"))
    assert refused(lambda body: api.post(f"/api/v1/workflows/{flow.pk}/execute", body, content_type=JSON)) == []
    assert not Execution.objects.exists()


@pytest.mark.parametrize("address", ["/api/v1/workflows", "/api/v1/workflows/import"])
def test_no_workflow_is_made_of_any(api: APIClient, address: str) -> None:
    """S28: as a definition, and as a file that is imported."""
    assert refused(lambda body: api.post(address, body, content_type=JSON)) == []
    assert not Workflow.objects.exists()


def test_no_webhook_takes_any_in() -> None:
    """S28: whoever knows an address may send what they like."""
    flow = listening(runs.person("editor"), "trigger-webhook", proof="none")
    address = f"/hooks/{listener_of(flow).address}"
    web = Client(raise_request_exception=False)
    assert refused(lambda body: web.post(address, body, content_type=JSON)) == [(MARKED, 202)]
    assert Execution.objects.count() == Event.objects.count() == 1


def test_telegrams_webhook_takes_none_in(settings: Any) -> None:
    """S28: what is no update is answered 200, or Telegram would bring it for ever; what is too long is refused."""
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    web = Client(raise_request_exception=False, headers={webhook.SECRET_HEADER: SECRET})
    answers = {web.post("/telegram/webhook", body, content_type=JSON).status_code for body in BODIES}
    assert answers == {200, 413}
    assert not InboundMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_answer_of_a_server_fails_its_step(service: Service) -> None:
    """S28: under the name of what is wrong, and nothing of it is written."""
    editor = runs.person("editor")
    config = {"url": service.url(), "retries": 0, "output": "body"}
    flow = runs.workflow(editor, ("a", "http-request", {"config": config, "settings": {"retry": {"attempts": 1}}}))
    service.answers = [(200, body) for body in BODIES if body != MARKED]
    started = [runs.start(flow, editor) for _answer in service.answers]
    driving.drain()
    assert len(service.calls) == len(started)
    ends = Execution.objects.filter(pk__in=[run.pk for run in started]).values_list("status", "error__code")
    assert set(ends) == {("failed", "unsafe_answer"), ("failed", "invalid_answer")}
