"""Tokens that a service gives for a secret: fetched once, sent, and seen nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.models import User
from executions.models import Execution
from integrations import minting
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.canary import whole_database
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "minted-canary-token"


class Service(ThreadingHTTPServer):
    """Gives tokens at `/token` and says back at any other address what it was sent; refuses as often as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.forms: list[dict[str, list[str]]] = []
        self.seen: list[str] = []
        self.refusals = 0
        self.answer: Any = {"access_token": TOKEN, "expires_in": 3600}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.forms.append(parse_qs(body))
        self._say(200, self.server.answer)

    def do_GET(self) -> None:
        said = self.headers.get("Authorization", "")
        self.server.seen.append(said)
        if self.server.refusals:
            self.server.refusals -= 1
            return self._say(401, {})
        return self._say(200, {"echo": said, "long": f"x{said}y"})

    def _say(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is not looked at."""


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    server = Service()
    Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.server_port}"]
    minting._tokens.clear()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def editor() -> User:
    return person("editor")


def oauth(service: Service) -> Any:
    return stored(
        "client-secret-value",
        kind="oauth2-client-credentials",
        login="client",
        settings={"tokenUrl": f"{service.url}/token", "scope": "orders"},
    )


def called(editor: User, service: Service, credential: Any, **settings: Any) -> Execution:
    config = {"url": f"{service.url}/orders", "auth": str(credential.pk), "retries": 0}
    flow = workflow(editor, ("a", "http-request", {"config": config, **({"settings": settings} if settings else {})}))
    execution = start(flow, editor)
    driving.drain()
    execution.refresh_from_db()
    return execution


def test_a_client_is_changed_into_a_token_once_and_neither_is_seen(editor: User, service: Service) -> None:
    """S25: an echoed token that was minted for a secret is masked like the secret."""
    credential = oauth(service)
    for _number in range(2):
        assert called(editor, service, credential).status == "succeeded"
    assert service.seen == [f"Bearer {TOKEN}"] * 2
    assert service.forms == [{"grant_type": ["client_credentials"], "scope": ["orders"]}]
    everything = whole_database()
    assert (TOKEN in everything, "client-secret-value" in everything) == (False, False)


def test_a_token_that_is_minted_in_a_process_of_its_own_is_masked_outside(editor: User, service: Service) -> None:
    """S25: the parent of an isolated step learns what the child was given, before it writes what the child gives."""
    assert called(editor, service, oauth(service), isolate=True).status == "succeeded"
    assert service.seen == [f"Bearer {TOKEN}"]
    assert TOKEN not in whole_database()


def test_a_token_that_is_refused_is_fetched_anew(editor: User, service: Service) -> None:
    """S25: a service that has forgotten its tokens costs one step, not all until the hour is over."""
    credential = oauth(service)
    service.refusals = 1
    assert [called(editor, service, credential).status for _number in range(2)] == ["failed", "succeeded"]
    assert len(service.forms) == 2


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": 7}, {"access_token": "a\nb"}, []])
def test_an_answer_without_a_token_fails_the_step(editor: User, service: Service, answer: Any) -> None:
    """S28: whatever the service says, the step gets a typed error and no half-made header."""
    service.answer = answer
    execution = called(editor, service, oauth(service))
    assert (execution.status, service.seen) == ("failed", [])
    assert execution.error["code"] == "invalid_answer"


@pytest.mark.parametrize("term", ["²", "9" * 5000, -1, None, [], True, 1.5])
def test_a_term_that_is_none_is_not_believed(editor: User, service: Service, term: Any) -> None:
    """S28: a token is used all the same, for an hour at most."""
    service.answer = {"access_token": TOKEN, "expires_in": term}
    assert called(editor, service, oauth(service)).status == "succeeded"


def test_a_google_key_signs_what_google_asks_for(editor: User, service: Service) -> None:
    """S25: the private key signs and stays; what travels is an assertion, and then a token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    document = {
        "type": "service_account",
        "client_email": "naryad@example.iam",
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": f"{service.url}/token",
    }
    credential = stored(json.dumps(document), kind="google-service-account")
    assert called(editor, service, credential).status == "succeeded"
    assertion = service.forms[0]["assertion"][0]
    claims = jwt.decode(assertion, key.public_key(), algorithms=["RS256"], audience=f"{service.url}/token")
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("naryad@example.iam", 3600)
    assert service.seen == [f"Bearer {TOKEN}"]
    everything = whole_database()
    assert [line for line in pem.splitlines()[1:-1] if line in everything] == []


CLIENT = {"client_id": "app", "client_secret": "client-secret-value", "refresh_token": "refresh-token-1"}


@pytest.mark.parametrize("isolated", [False, True])
def test_a_refresh_token_that_is_changed_is_kept_and_none_is_seen(
    editor: User, service: Service, isolated: bool
) -> None:
    """S25: each access token takes the old refresh token back; the new one is sealed before the next is asked for."""
    address = {"tokenUrl": f"{service.url}/token"}
    credential = stored(json.dumps(CLIENT), kind="oauth2-refresh-token", settings=address)
    service.answer = {"access_token": TOKEN, "expires_in": 1, "refresh_token": "refresh-token-2"}
    for _number in range(2):
        assert called(editor, service, credential, isolate=isolated).status == "succeeded"
    assert [form["refresh_token"] for form in service.forms] == [["refresh-token-1"], ["refresh-token-2"]]
    assert service.forms[0]["grant_type"] == ["refresh_token"]
    assert service.seen == [f"Bearer {TOKEN}"] * 2
    everything = whole_database()
    assert not [
        secret for secret in (TOKEN, *CLIENT.values(), "refresh-token-2") if len(secret) > 5 and secret in everything
    ]
