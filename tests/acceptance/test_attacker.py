"""An attacker from outside against an installation as it starts: whatever is tried gives nothing."""

from __future__ import annotations

import html
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.acceptance.attacker import forged, got, raw, read_claims, signed_call, trap, visitor
from tests.acceptance.naryad import Naryad, until
from tests.integration.executions.driving import NodeSpec, definition
from tests.unit.integrations.test_safe_json import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.long]

SECRET = "a secret that the sender and Naryad share"
SCRIPT = '<img src=x onerror="alert(document.domain)">'


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Naryad]:
    """`make up` from nothing, whose log-ins these tests may exhaust."""
    running = Naryad.start(tmp_path_factory.mktemp("victim") / "var")
    yield running
    assert running.stop() == 0, running.output()


def made(victim: Naryad, name: str, nodes: list[NodeSpec], edges: list[tuple[str, ...]]) -> dict[str, Any]:
    """A workflow of somebody who may make them."""
    flow: dict[str, Any] = victim.api().post("/workflows", {"name": name, "definition": definition(nodes, edges)})
    return flow


def test_forged_tokens_open_nothing(victim: Naryad) -> None:
    """S18: no algorithm, guessed keys, changed claims, and somebody else's kind of token."""
    honest = victim.api("viewer").token
    claims = read_claims(honest)
    far = {**claims, "exp": int(time.time()) + 10**8}
    guesses = ["", "secret", "changeme", "your-secret-key", "jwt-secret", "django-insecure", "naryad", "x" * 32]
    tokens = [forged(far, key=guess) for guess in guesses]
    tokens += [forged({**far, "sub": str(number)}, key="secret") for number in range(1, 5)]
    tokens += [forged(far, key="", header={"alg": alg, "typ": "JWT"}) for alg in ("none", "None", "NONE", "RS256")]
    tokens += [forged(far, key="", header={"alg": "HS256", "kid": "/dev/null"}), honest[:-4] + "AAAA", honest + "A"]
    client = visitor()
    for token in tokens:
        answer = client.get(f"{victim.url}/api/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert answer.status_code == 401, token


def test_nothing_is_told_without_a_token(victim: Naryad) -> None:
    """S23, S40: every operation of the description, the pages behind the log-in, figures and files of the machine."""
    client = visitor()
    described = client.get(f"{victim.url}/api/v1/schema", timeout=30).json()
    for path, verbs in described["paths"].items():
        address = victim.url + path.replace("{", "").replace("}", "")
        for verb, operation in verbs.items():
            if operation.get("security"):
                answer = client.request(verb, address, json={}, timeout=10)
                assert answer.status_code in (401, 404), (verb, path, answer.status_code)
    for page in ("", "users/", "executions/execution/", "queues/", "auth/", "../admin/"):
        answer = client.get(f"{victim.url}/admin/{page}", timeout=10, allow_redirects=False)
        assert answer.status_code in (302, 404), page
        assert answer.status_code == 404 or answer.headers["location"].startswith("/admin/login/"), page
    assert client.get(f"{victim.url}/metrics", timeout=10).status_code in (401, 404)
    update = {"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}}
    for secret in ("", "secret", "x" * 43):
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        answer = client.post(f"{victim.url}/telegram/webhook", json=update, headers=headers, timeout=10)
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("where", ["/.env", "/.git/config", "/var/demo-credentials.json", "/manage.py", "/static/"])
def test_files_of_the_machine_are_not_served(victim: Naryad, where: str) -> None:
    """S4, S40."""
    assert got(victim.url, where)[0] == 404


@pytest.mark.parametrize("door", ["/static/", "/api/v1/attachments/", "/hooks/", "/forms/", "/admin/", "/"])
def test_no_path_leads_out_of_its_folder(victim: Naryad, door: str) -> None:
    """S4: the path as bytes, since clients tidy it up."""
    for way in ("../" * 8, "..%2f" * 8, "%2e%2e/" * 8, "..\\" * 8, "....//" * 8, "%c0%ae%c0%ae/" * 8, "/", "%00/"):
        status, answer = got(victim.url, f"{door}{way}etc/passwd")
        assert status < 500, way
        assert b"root:" not in answer, way


def test_headers_cannot_be_split_and_the_host_is_not_believed(victim: Naryad) -> None:
    """S30, S34: a line break in what is echoed, a foreign host, two lengths, an endless head."""
    _status, answer = got(victim.url, "/healthz%0d%0aSet-Cookie:%20a=b", "X-Request-Id: a%0d%0aX-Evil: 1")
    assert b"\r\nSet-Cookie: a=b" not in answer
    assert b"\r\nX-Evil" not in answer
    for path in ("/admin/", "/api/v1/me", "/"):
        request = f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
        answer = raw(victim.url, request)
        assert answer.startswith(b"HTTP/1.1 400"), path
        assert b"evil.example" not in answer
    both = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    smuggled = raw(victim.url, both + b"Connection: close\r\n\r\n0\r\n\r\nGET /admin/ HTTP/1.1\r\n\r\n")
    assert smuggled.count(b"HTTP/1.1 ") <= 1
    assert not raw(victim.url, b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 5")
    assert victim.answers("/healthz") == 200


def test_hostile_bodies_are_refused_at_every_open_door(victim: Naryad) -> None:
    """S28: also before anybody has said who they are."""
    bodies = [body for body, _reason in HOSTILE if isinstance(body, bytes)] + [
        b"[" * 100_000,
        b"\xff\xfe",
        b"\x80\x04.",
    ]
    client = visitor()
    for door in ("/api/v1/auth/token", "/api/v1/auth/token/refresh", "/hooks/nowhere", "/telegram/webhook"):
        for body in bodies:
            answer = client.post(
                f"{victim.url}{door}", data=body, headers={"Content-Type": "application/json"}, timeout=20
            )
            assert 400 <= answer.status_code < 500, (door, body[:40], answer.status_code)


ADDRESSES = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://evil@127.0.0.1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
]


def test_nodes_are_no_way_into_the_network_inside(victim: Naryad) -> None:
    """S7, S9: an author of workflows asks for inner addresses; nobody is called there."""
    with trap() as (port, caught):
        nodes: list[NodeSpec] = [
            (f"n{number}", "http-request", {"config": {"url": address.format(port=port), "retries": 0}})
            for number, address in enumerate(ADDRESSES)
        ]
        api, tried = victim.api(), 0
        for node in nodes:
            answer = api.session.post(
                f"{api.url}/workflows", json={"name": node[0], "definition": definition([node])}, timeout=20
            )
            if answer.status_code != 201 or not answer.json()["publishedVersion"]:
                continue  # refused already when it was saved
            tried += 1
            run = api.post(f"/workflows/{answer.json()['id']}/execute", {}, params={"wait": 20})
            assert run["status"] == "failed", (node, run)
            assert run["error"]["code"] in ("forbidden_target", "config_invalid", "unresolved"), (node, run["error"])
        assert tried >= 5, "most addresses can be judged when they are called only"
        assert caught == []


def test_a_webhook_is_not_forged_and_repeats_nothing(victim: Naryad) -> None:
    """S12, S13: unsigned, signed with a guess, changed after signing, too old; a captured one changes nothing."""
    credential = victim.api("admin").post(
        "/credentials", {"name": "sender", "kind": "bearer", "value": SECRET, "hosts": ["example.org"]}
    )
    trigger = {"config": {"proof": "signed", "credential": credential["id"]}}
    flow = made(victim, "hook", [("begin", "trigger-webhook", trigger), ("a", "noop")], [("begin", "a")])
    api = victim.api()
    (listener,) = api.get(f"/workflows/{flow['id']}/triggers")
    address, client, body = f"{victim.url}{listener['path']}", visitor(), b'{"sum": 1}'
    true = signed_call(SECRET, body, delivery="d-1")
    old = {**true, "webhook-timestamp": str(int(time.time()) - 3600)}
    for headers, sent in (
        ({}, body),
        (signed_call("", body, delivery="d-2"), body),
        (signed_call("guess", body, delivery="d-3"), body),
        (true, b'{"sum": 1000000}'),
        ({**true, "webhook-id": "d-4"}, body),
        (old, body),
    ):
        answer = client.post(address, data=sent, headers={"Content-Type": "application/json", **headers}, timeout=10)
        assert answer.status_code == 401, headers
    answers = [
        client.post(address, data=body, headers={"Content-Type": "application/json", **true}, timeout=10).json()
        for _time in range(5)
    ]
    assert len({answer["executionId"] for answer in answers}) == 1
    assert api.get("/executions", params={"workflowId": flow["id"]})["count"] == 1


def what_ends(line: Connection) -> int:
    """The code with which the server ends it, after frames that show nothing."""
    try:
        while True:
            assert "snapshot" not in str(line.recv(timeout=60))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def test_sockets_open_to_nobody(victim: Naryad) -> None:
    """S31: no token, a forged one, a foreign page; Socket.IO too."""
    place = victim.url.replace("http", "ws")
    address = f"{place}/ws/executions/{uuid.uuid4()}"
    for first in ('{"type": "auth", "token": ""}', '{"type": "auth", "token": "x.y.z"}', "[]", "\x00", "{" * 5000):
        with connect(address, proxy=None, open_timeout=60) as line:
            line.send(first)
            assert what_ends(line) in (4400, 4401)
    with pytest.raises(InvalidStatus):
        connect(address, origin="https://evil.example", proxy=None)  # type: ignore[arg-type]
    with connect(f"{place}/socket.io/?EIO=4&transport=websocket", proxy=None, open_timeout=60) as line:
        line.recv(timeout=60)
        line.send('40{"token": "x.y.z"}')
        assert str(line.recv(timeout=60)).startswith("44")


def test_what_is_written_into_names_stays_text(victim: Naryad) -> None:
    """S32: a name of a workflow is shown to an admin on the pages as what it is."""
    made(victim, SCRIPT, [("a", "noop")], [])
    client = signed_in(victim, "admin")
    page = client.get(f"{victim.url}/admin/workflows/workflow/", timeout=30)
    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert html.escape(SCRIPT) in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]


def signed_in(victim: Naryad, role: str) -> Any:
    """A browser in which somebody is logged in to the pages."""
    client = visitor()
    address = f"{victim.url}/admin/login/"
    client.get(address, timeout=30)
    form = {**victim.credentials()[role], "csrfmiddlewaretoken": client.cookies["csrftoken"], "next": "//evil.example"}
    answer = client.post(address, data=form, headers={"Referer": address}, timeout=30, allow_redirects=False)
    assert answer.status_code == 302
    assert "evil" not in answer.headers["location"], "S34: the log-in leads nowhere else"
    return client


def test_a_page_elsewhere_cannot_use_somebodys_session(victim: Naryad) -> None:
    """S33, S34: the API takes no cookies, the pages want their own token, and no page elsewhere may read."""
    client = signed_in(victim, "admin")
    evil = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    people = client.get(f"{victim.url}/api/v1/users", headers=evil, timeout=10)
    assert people.status_code == 401
    assert "access-control-allow-origin" not in people.headers
    assert (
        client.post(f"{victim.url}/api/v1/users", json={"username": "x"}, headers=evil, timeout=10).status_code == 401
    )
    for page in ("/admin/workflows/workflow/add/", "/admin/logout/"):
        assert client.post(f"{victim.url}{page}", data={"name": "x"}, headers=evil, timeout=10).status_code == 403


def test_ids_of_others_are_not_there(victim: Naryad) -> None:
    """S21: somebody with the least rights counts through the installation."""
    api = victim.api("executor")
    flow = made(victim, "private", [("a", "noop")], [])
    run = victim.api().post(f"/workflows/{flow['id']}/execute", {})
    for path in (f"/workflows/{flow['id']}", f"/executions/{run['id']}", f"/executions/{run['id']}/steps"):
        api.ask("GET", path, status=403 if api.session.get(f"{api.url}{path}", timeout=10).status_code == 403 else 404)
    for number in range(1, 6):
        assert api.session.get(f"{api.url}/users/{number}", timeout=10).status_code in (403, 404)
    assert api.session.patch(f"{api.url}/me", json={"roles": ["admin"]}, timeout=10).status_code == 400
    assert api.session.patch(f"{api.url}/me", json={"isStaff": True}, timeout=10).status_code == 400


def test_guessing_passwords_ends_soon_and_tells_nothing(victim: Naryad) -> None:
    """S19, S20: the last of these tests, since nobody logs in from this address for a minute afterwards."""
    client, said = visitor(), []
    known = victim.credentials()["admin"]["username"]
    for login, password in [("admin", "admin"), ("root", "root"), (known, "password"), ("nobody", "x"), (known, "")]:
        body = {"username": login, "password": password}
        answer = client.post(f"{victim.url}/api/v1/auth/token", json=body, timeout=10)
        said.append((answer.status_code, json.loads(answer.text).get("code")))
    assert set(said[:4]) == {(401, "wrong_credentials")} or {status for status, _code in said[:4]} == {401}
    assert len({code for _status, code in said[:4]}) == 1, "a login that exists is answered like one that does not"

    def refused() -> bool:
        """Whether even an invented address in front is held up by now."""
        headers = {"X-Forwarded-For": f"203.0.113.{len(said) % 250}"}
        body = {"username": known, "password": f"guess {len(said)}"}
        answer = client.post(f"{victim.url}/api/v1/auth/token", json=body, headers=headers, timeout=10)
        said.append((answer.status_code, ""))
        assert answer.status_code in (401, 429)
        return answer.status_code == 429

    until(refused, seconds=120, what="guessing is held up")
    assert len(said) < 30
