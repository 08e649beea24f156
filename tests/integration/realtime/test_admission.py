"""Who may watch, from where, and for how long."""

from __future__ import annotations

import socket
import uuid
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts import services as accounts
from accounts.models import Membership, Project, User
from executions import journal
from executions.realtime import announce
from tests.integration import runs
from tests.integration.realtime.live_server import until
from tests.integration.realtime.watching import watching

pytestmark = pytest.mark.usefixtures("web")


@pytest.fixture
def run(user: User):
    return runs.start(runs.workflow(user), user)


def test_the_token_may_come_as_a_subprotocol(web: str, user: User, run):
    """S3-21: a browser can send the token with the handshake; the server answers `bearer`."""
    with watching(web, run, subprotocols=["bearer", runs.token(user)]) as watcher:
        assert watcher.socket.subprotocol == "bearer"
        assert watcher.frame()["type"] == "snapshot"
    with watching(web, run, query="?since=0", subprotocols=["bearer", runs.token(user)]) as watcher:
        assert watcher.frame()["event"]["type"] == "execution.started"


@pytest.mark.parametrize("query", ["?since=-1", "?since=x", "?since=1e9", "?since=" + "9" * 40])
def test_a_number_that_is_none_is_refused(web: str, user: User, run, query):
    with watching(web, run, query=query, subprotocols=["bearer", runs.token(user)]) as watcher:
        assert watcher.refusal()[0] == "bad_message"


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhbGciOiJub25lIn0.e30.", "я", "x" * 5000])
def test_a_bad_token_is_refused(web: str, run, token):
    """S3-21: no valid token, no socket: 4401."""
    with watching(web, run, token) as watcher:
        assert watcher.refusal() == ("invalid_token", 4401)


def test_a_bad_token_as_a_subprotocol_is_refused(web: str, run):
    with watching(web, run, subprotocols=["bearer", "nonsense"]) as watcher:
        assert watcher.refusal() == ("invalid_token", 4401)
    with watching(web, run, subprotocols=["bearer"]) as watcher:
        assert watcher.refusal() == ("invalid_token", 4401)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type": "auth"}',
        '{"type": "hello", "token": "x"}',
        '{"type": "auth", "token": 5}',
        '{"type": "auth", "token": "\\u0000"}',
        "[" * 10_000,
        b"\xff\xfe",
    ],
)
def test_a_first_message_that_is_no_auth_is_refused(web: str, run, message):
    """S3-21: hostile first messages end with 4401, never with an error of the server."""
    with watching(web, run) as watcher:
        watcher.socket.send(message)
        assert watcher.refusal() == ("invalid_token", 4401)


def test_who_says_nothing_is_sent_away(web: str, user: User, run):
    """S3-21: a socket without a token does not stay; a token in the address (addresses end up in logs) is none."""
    with watching(web, run) as silent, watching(web, run, query=f"?token={runs.token(user)}") as indiscreet:
        assert silent.refusal() == ("invalid_token", 4401)
        assert indiscreet.refusal() == ("invalid_token", 4401)


def test_a_foreign_run_is_not_there(web: str, user: User, run):
    """S3-21: permission per object: another project's run is 4404."""
    stranger = runs.person("admin", project=Project.objects.create(code="elsewhere", name="Elsewhere"))
    with watching(web, run, runs.token(stranger)) as watcher:
        assert watcher.refusal() == ("not_found", 4404)


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "1", "nonsense", "%00"])
def test_a_run_that_does_not_exist_is_not_there(web: str, user: User, key):
    with watching(web, key, runs.token(user)) as watcher:
        assert watcher.refusal() == ("not_found", 4404)


@pytest.mark.parametrize(
    "origin", ["https://desk.example.com", "http://localhost:3000", "https://DESK.example.com:443", None, "own"]
)
def test_pages_of_the_listed_origins_may_connect(web: str, user: User, run, origin):
    """S3-21: `FRONTEND_URL`, our own pages, and clients that are no browser."""
    own = web.replace("ws://", "http://")
    with watching(web, run, runs.token(user), origin=own if origin == "own" else origin) as watcher:
        assert watcher.frame()["type"] == "snapshot"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "http://desk.example.com",
        "https://desk.example.com:8443",
        "https://desk.example.com.evil.com",
        "http://localhost:3001",
        "null",
        "file://",
        "https://[",
    ],
)
def test_foreign_pages_may_not_connect(web: str, user: User, run, origin):
    """S3-21: origin check against `FRONTEND_URL`."""
    with pytest.raises(InvalidStatus) as refused, watching(web, run, runs.token(user), origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_an_unknown_address_is_refused(web: str, user: User):
    with pytest.raises(InvalidStatus) as refused, watching(web, "1/2/3", runs.token(user)):
        pass
    assert refused.value.response.status_code == 403


def test_an_enormous_message_closes_the_socket(web: str, user: User, run):
    """S3-21: frames of clients are at most 64 KB."""
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        watcher.socket.send("x" * 70_000)
        assert watcher.close_code() == 1009


def test_too_many_messages_close_the_socket(web: str, user: User, run):
    """S3-21: 60 messages a minute."""
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        for _ in range(60):
            watcher.say(type="noise")
        frames = watcher.frames_until(lambda frame: frame["code"] == "too_many_messages")
        assert {frame["code"] for frame in frames[:-1]} == {"bad_message"}
        assert watcher.close_code() == 1008


def test_a_person_has_twenty_sockets(web: str, user: User, run):
    """S3-21: 20 sockets per person; closing one makes room."""
    token = runs.token(user)
    with ExitStack() as stack:
        watchers = [stack.enter_context(watching(web, run, token)) for _ in range(20)]
        for watcher in watchers:
            assert watcher.frame()["type"] == "snapshot"
        with watching(web, run, token) as one_too_many:
            assert one_too_many.refusal() == ("too_many_sockets", 1008)
        watchers[0].socket.close()

        def there_is_room() -> bool:
            with watching(web, run, token) as watcher:
                return watcher.frame()["type"] == "snapshot"

        until(there_is_room)


def test_who_loses_their_rights_sees_no_more(web: str, user: User, run):
    """S3-21: permission is asked again while the socket is open."""
    viewer = runs.person("viewer")
    with watching(web, run, runs.token(viewer)) as watcher:
        watcher.frame()
        Membership.objects.filter(user=viewer).delete()
        assert watcher.refusal() == ("invalid_token", 4401)


def test_a_deactivated_person_sees_no_more(web: str, user: User, run):
    """S3-21: a deactivated person's socket is closed."""
    viewer = runs.person("viewer")
    with watching(web, run, runs.token(viewer)) as watcher:
        watcher.frame()
        accounts.deactivate_user(user=viewer)
        assert watcher.refusal() == ("invalid_token", 4401)


def test_a_fresh_token_keeps_the_socket_open(web: str, user: User, run):
    """S3-21: another `auth` message renews the admission; somebody else's does not."""
    viewer = runs.person("viewer")
    with watching(web, run, runs.token(viewer)) as watcher:
        watcher.frame()
        accounts.set_role(user=viewer, role=accounts.as_role(["operator"]))
        watcher.say(type="auth", token=runs.token(viewer))
        announce(run.pk, journal.append(run.pk, [journal.event("log", {"message": "still here", "params": {}})]))
        assert watcher.events_until("log")
        watcher.say(type="auth", token=runs.token(user))
        assert watcher.refusal() == ("invalid_token", 4401)


def test_a_client_that_vanishes_leaves_nothing_behind(web: str, user: User, run):
    """S3-21: cut connections free their places."""
    token = runs.token(user)
    for _ in range(25):
        with watching(web, run, token) as watcher:
            assert watcher.frame()["type"] == "snapshot"
            watcher.socket.socket.shutdown(socket.SHUT_RDWR)
            with pytest.raises(ConnectionClosed):
                watcher.frame()
