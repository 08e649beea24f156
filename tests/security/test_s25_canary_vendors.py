"""Services with a kind of credential of their own, which say it back: it is nowhere that Naryad writes."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import pytest

from integrations import relay
from integrations.mail import line
from integrations.models import Event, OutboxMessage
from integrations.secret import MASK
from tests.fakes import wildberries
from tests.fakes.smtp import PASSWORD, make_certificate, post_office
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.canary import forms_of, serving, whole_database, whole_memory
from tests.security.keys import stored
from tests.security.test_s25_canary import everything_told

pytestmark = pytest.mark.django_db(transaction=True)

THE_OTHER_SIDE: Final = "mail.log"
"""Where the mail server of the tests writes what it hears: it runs in this process."""


class _Vendor(BaseHTTPRequestHandler):
    """Answers as `server.mode` says: as the vendor does, with a refusal, with half an answer, or not at all."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mode, secret, answer = self.server.mode, self.server.secret, self.server.answer  # type: ignore[attr-defined]
        if mode == "timeout":
            self.server.over.wait(30)  # type: ignore[attr-defined]
            return
        words = f"{secret} at {self.path} by {self.headers['Authorization']}"
        forms = [words, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret.encode().hex()]
        refusal = {"description": words, "error": {"message": words, "code": secret}, "detail": words, "said": forms}
        said = answer(" ".join(forms)) if mode == "success" else refusal
        body = json.dumps(said).encode()
        self.send_response(403 if mode == "refusal" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Said", quote(words))
        self.send_header("Content-Length", str(len(body) + (1000 if mode == "exception" else 0)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - the library names it

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is not looked at."""


def vendor(mode: str, secret: str, answer: Callable[[str], Any]) -> AbstractContextManager[str]:
    """Address of a service that tells the `secret`; `answer` puts its words into what nodes take from it."""
    return serving(_Vendor, mode=mode, secret=secret, answer=answer)


@dataclass(frozen=True)
class Service:
    """A node that asks it, what its secret looks like, where it is told its address, and what it answers."""

    node: str
    field: str
    config: dict[str, Any]
    answer: Callable[[str], Any]
    secret: Callable[[], str] = lambda: f"c4n4ry-{uuid4().hex}"
    is_address: bool = False
    tells: bool = True


def _chat_answer(words: str) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
    return {"model": "small", "choices": [choice], "usage": {"total_tokens": 2}}


SERVICES: Final = {
    "telegram": Service(
        node="telegram-call",
        field="credential",
        config={"values": {"chat_id": 1, "text": "Hi"}},
        secret=lambda: f"7000001:{uuid4().hex}",
        answer=lambda words: {"ok": True, "result": {"text": words}},
    ),
    "openai": Service(
        node="llm-chat", field="credential", config={"model": "small", "prompt": "Hi"}, answer=_chat_answer
    ),
    "wildberries": Service(
        node="wb-get-budget",
        field="seller",
        config={"campaignIds": [7]},
        answer=lambda words: {"adverts": [{"advertId": 7, "total": 1, "currency": words}]},
    ),
    "webhook": Service(
        node="chat-webhook",
        field="credential",
        config={"text": "Hi"},
        secret=lambda: f"c4n4ry/{uuid4().hex}",
        answer=lambda words: {"ok": words},
        is_address=True,
        tells=False,
    ),
}
"""By the kind of their credentials. One that `tells` gives its words to the run when all goes well."""


@pytest.mark.parametrize("mode", ["success", "refusal", "exception", "timeout"])
@pytest.mark.parametrize("kind", SERVICES)
def test_what_a_service_says_back_is_written_without_its_secret(
    settings: Any, caplog: pytest.LogCaptureFixture, kind: str, mode: str
) -> None:
    """S25: tables, keys, lines of the log and answers of the API, when the run succeeds and in each way of failing."""
    asked, editor = SERVICES[kind], person("admin")
    secret = asked.secret()
    with vendor(mode, secret, asked.answer) as url, caplog.at_level(logging.DEBUG):
        wildberries.point_at(settings, url)
        settings.TELEGRAM_API_BASE_URL = f"{url}/bot"
        settings.OUTBOUND_ALLOW = [url.removeprefix("http://")]
        value = f"{url}/{secret}" if asked.is_address else secret
        auth = stored(value, kind=kind, settings={"baseUrl": url} if kind == "openai" else {})
        once = {"retry": {"attempts": 1}, "timeoutSeconds": 0.5 if mode == "timeout" else 30}
        node = {"config": {**asked.config, asked.field: str(auth.pk)}, "settings": once}
        execution = start(workflow(editor, ("a", asked.node, node), ("b", "noop")), editor)
        driving.drain()
    execution.refresh_from_db()
    assert execution.status == ("succeeded" if mode == "success" else "failed")
    written = [whole_database(), whole_memory(), everything_told(editor, execution), caplog.text]
    assert MASK in written[0] or mode != "success" or not asked.tells
    assert [form for form in forms_of(secret) for text in written if form in text] == []


def test_a_mail_server_that_says_the_password_back_is_told_of_without_it(
    settings: Any, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """S25: what it says of a letter and of a recipient is kept in the outbox, told as an event, and logged."""
    settings.EMAIL_CA_FILE = str(tmp_path / "cert.pem")
    login = base64.b64encode(f"\0naryad\0{PASSWORD}".encode()).decode()
    with post_office(certificate=make_certificate(tmp_path), needs_login=True) as office:
        settings.OUTBOUND_ALLOW = [f"localhost:{office.port}"]
        where = {"host": "localhost", "port": str(office.port), "security": "starttls"}
        auth = stored(PASSWORD, kind="smtp", login="naryad", settings=where)
        office.answers = [f"451 later, {PASSWORD} {login}", f"554 no, {PASSWORD} {login}"]
        office.refused = {"ivan@example.org": f"550 nobody by {PASSWORD} {login}"}
        with caplog.at_level(logging.DEBUG), caplog.at_level(logging.CRITICAL, logger=THE_OTHER_SIDE):
            for recipients in (["olga@example.org"], ["anna@example.org"], ["anna@example.org", "ivan@example.org"]):
                _written(auth, recipients)
        line._hang_up()
    assert {row.state for row in OutboxMessage.objects.filter(topic="mail.send")} == {"waiting", "dead", "sent"}
    assert Event.objects.filter(name="delivery.failed").count() == 2
    written = [whole_database(), whole_memory(), caplog.text]
    assert "later, " in written[0]
    assert [form for form in (*forms_of(PASSWORD), login) for text in written if form in text] == []


def _written(auth: Any, recipients: list[str]) -> None:
    config = {"server": str(auth.pk), "to": recipients, "subject": "Hi", "text": "Hi", "sender": "shop@example.org"}
    editor = person("admin")
    start(workflow(editor, ("a", "send-email", {"config": config})), editor)
    driving.drain()
    relay.deliver_due(queue="notifications")
