"""Live progress over Socket.IO, with the real Python client and the real JavaScript one."""

from __future__ import annotations

import queue
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import socketio
from django.db import connection, transaction

from accounts.models import Project, User
from devtools import front_end
from executions import services
from executions.consumers.admission import SOCKETS_PER_USER
from executions.models import Execution, ExecutionEvent
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.live_server import PATIENCE_SECONDS, until, wait_for_answer


class Watcher:
    """A client that remembers what it was told, in order."""

    def __init__(self, **options: Any) -> None:
        self.client = socketio.Client(
            reconnection=False, request_timeout=PATIENCE_SECONDS, websocket_extra_options=options
        )
        self.told: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        for name in ("snapshot", "event", "hint", "error"):
            self.client.on(name, lambda data, name=name: self.told.put((name, data)))
        self.client.on("disconnect", lambda *_reason: self.told.put(("disconnect", {})))

    def next(self) -> tuple[str, dict[str, Any]]:
        return self.told.get(timeout=PATIENCE_SECONDS)

    def events_until(self, type: str) -> list[dict[str, Any]]:
        """What was told up to the first event of this type, hints left out."""
        told = []
        while True:
            name, data = self.next()
            if name == "event":
                told.append(data)
                if data["event"]["type"] == type:
                    return told

    def subscribe(self, run: Execution | str, **options: Any) -> dict[str, Any]:
        wish = {"execution": str(getattr(run, "pk", run)), **options}
        return dict(self.client.call("subscribe", wish, timeout=PATIENCE_SECONDS))


@contextmanager
def connected(web: str, auth: Any, **options: Any) -> Iterator[Watcher]:
    watcher = Watcher(**options)
    address = web.replace("ws://", "http://")
    watcher.client.connect(address, auth=auth, transports=["websocket"], wait_timeout=PATIENCE_SECONDS)
    try:
        yield watcher
    finally:
        watcher.client.disconnect()


def refused(web: str, auth: Any, **options: Any) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError), connected(web, auth, **options):
        pass


def test_a_subscriber_gets_a_snapshot_and_then_every_event(web: str, user: User):
    """S3-21: the same frames as over the WebSocket; each says which run it is about."""
    run = runs.start(runs.workflow(user), user)
    with connected(web, {"token": runs.token(user)}) as watcher:
        assert watcher.subscribe(run) == {"ok": True}
        name, snapshot = watcher.next()
        driving.drain()
        told = watcher.events_until("execution.succeeded")
    assert (name, snapshot["seq"], snapshot["more"]) == ("snapshot", 1, False)
    assert (snapshot["execution"]["id"], snapshot["execution"]["status"]) == (str(run.pk), "running")
    assert [data["seq"] for data in told] == [2, 3, 4]
    assert {data["execution"] for data in told} == {str(run.pk)}


def test_who_comes_back_with_the_last_number_misses_nothing(web: str, user: User):
    """S3-21: `since` in the connect payload goes on after that line, without a snapshot."""
    run = runs.start(runs.workflow(user), user)
    services.pause(execution_id=run.pk, user=user)
    services.resume(execution_id=run.pk, user=user)
    driving.drain()
    last = ExecutionEvent.objects.filter(execution=run).latest("seq").seq
    auth = {"token": runs.token(user), "execution": str(run.pk), "since": 3}
    with connected(web, auth) as watcher:
        told = watcher.events_until("execution.succeeded")
    assert [data["seq"] for data in told] == list(range(4, last + 1))


def test_several_runs_are_watched_over_one_connection(web: str, user: User):
    first, second = (runs.start(runs.workflow(user), user) for _ in range(2))
    with connected(web, {"token": runs.token(user)}) as watcher:
        watcher.subscribe(first)
        watcher.subscribe(second)
        snapshots = {watcher.next()[1]["execution"]["id"] for _ in range(2)}
        assert watcher.client.call("unsubscribe", {"execution": str(second.pk)}) == {"ok": True}
        services.stop(execution_id=second.pk, user=user)
        services.stop(execution_id=first.pk, user=user)
        told = watcher.events_until("execution.stopped")
    assert snapshots == {str(first.pk), str(second.pk)}
    assert {data["execution"] for data in told} == {str(first.pk)}


@pytest.mark.parametrize("auth", [None, {}, {"token": "no token"}, "text"])
def test_nobody_comes_in_without_a_token(web: str, user: User, auth: Any):
    """S3-21: JWT in the connect payload."""
    refused(web, auth)


def test_a_page_of_another_origin_does_not_come_in(web: str, user: User):
    """S3-21: the origin is checked as for the WebSocket."""
    refused(web, {"token": runs.token(user)}, origin="https://evil.example.com")
    with connected(web, {"token": runs.token(user)}, origin="http://localhost:3000") as watcher:
        assert watcher.client.connected


def test_runs_of_other_projects_do_not_exist(web: str, user: User):
    """S3-21: rights by object."""
    stranger = runs.person("viewer", project=Project.objects.create(code="other", name="Other"))
    run = runs.start(runs.workflow(user), user)
    with connected(web, {"token": runs.token(stranger)}) as watcher:
        for wrong in (run, "no id"):
            assert watcher.subscribe(wrong)["error"]["code"] == "not_found"
        assert watcher.client.call("subscribe", "nonsense")["error"]["code"] == "bad_message"
        assert watcher.subscribe(run, since=-1)["error"]["code"] == "bad_message"


def test_who_loses_their_rights_is_told_and_sent_away(web: str, user: User):
    """S3-21: rights are asked again while the socket is open."""
    viewer = runs.person("viewer")
    run = runs.start(runs.workflow(user), user)
    with connected(web, {"token": runs.token(viewer)}) as watcher:
        watcher.subscribe(run)
        assert watcher.next()[0] == "snapshot"
        viewer.memberships.all().delete()
        name, error = watcher.next()
        assert (name, error["code"] in ("invalid_token", "not_found")) == ("error", True)
        assert watcher.next()[0] == "disconnect"


def test_a_fresh_token_of_the_same_person_is_taken(web: str, user: User):
    with connected(web, {"token": runs.token(user)}) as watcher:
        assert watcher.client.call("auth", {"token": runs.token(user)}) == {"ok": True}
        other = runs.token(runs.person("viewer"))
        assert watcher.client.call("auth", {"token": other})["error"]["code"] == "invalid_token"


def test_one_person_watches_only_so_many_runs(web: str, user: User):
    flow = runs.workflow(user)
    with connected(web, {"token": runs.token(user)}) as watcher:
        answers = [watcher.subscribe(runs.start(flow, user)) for _ in range(SOCKETS_PER_USER + 1)]
    assert [answer["ok"] for answer in answers] == [True] * SOCKETS_PER_USER + [False]
    assert answers[-1]["error"]["code"] == "too_many_sockets"


def test_who_watches_as_many_runs_as_they_may_can_begin_anew_with_one_of_them(web: str, user: User):
    """S3-21: it is told from the beginning again, and takes no second place."""
    flow = runs.workflow(user)
    with connected(web, {"token": runs.token(user)}) as watcher:
        watched = [runs.start(flow, user) for _ in range(SOCKETS_PER_USER)]
        for run in [*watched, watched[0]]:
            assert watcher.subscribe(run) == {"ok": True}


def test_who_leaves_while_they_are_let_in_takes_no_place_along(web: str, user: User):
    """S2-11: places are given back however a connection ends."""
    run, token = runs.start(runs.workflow(user), user), runs.token(user)
    with connected(web, {"token": token}) as watcher, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE executions_execution")
        for _ in range(SOCKETS_PER_USER):
            watcher.client.emit("subscribe", {"execution": str(run.pk)})
        until(somebody_waits_for_a_table)
        watcher.client.disconnect()
        wait_for_answer(web)  # it has heard of it then
    until(lambda: may_watch(web, token, run))


def somebody_waits_for_a_table() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND NOT granted)")
        return bool(cursor.fetchone()[0])


def may_watch(web: str, token: str, run: Execution) -> bool:
    with connected(web, {"token": token}) as watcher:
        return bool(watcher.subscribe(run)["ok"])


def test_one_person_has_only_so_many_connections_also_when_they_watch_nothing(web: str, user: User):
    """S2-11: one client's connections are bounded, and one that is closed makes room for another."""
    with ExitStack() as stack:
        for _ in range(SOCKETS_PER_USER):
            last = stack.enter_context(connected(web, {"token": runs.token(user)}))
        refused(web, {"token": runs.token(user)})
        with connected(web, {"token": runs.token(runs.person("viewer"))}):
            last.client.disconnect()
        until(lambda: comes_in(web, user))


def comes_in(web: str, user: User) -> bool:
    """Whether the person can connect; the server notices a moment later that another connection is closed."""
    with suppress(socketio.exceptions.ConnectionError), connected(web, {"token": runs.token(user)}):
        return True
    return False


SCRIPT = """
const { io } = require("socket.io-client");
const [address, token, execution] = process.argv.slice(1);
const socket = io(address, { transports: ["websocket"], auth: { token }, reconnection: false });
socket.on("connect", () => socket.emit("subscribe", { execution }, answer => console.log(JSON.stringify(answer))));
socket.on("snapshot", data => { console.log(data.execution.status); socket.close(); });
socket.on("connect_error", error => { console.log(error.message); process.exit(1); });
"""


@pytest.mark.long
def test_the_client_for_javascript_is_told_the_same(web: str, user: User):
    """S3-21: socket.io-client, from the lock of the pages (`workflows/ui`)."""
    try:
        front_end.fetch_packages()
    except front_end.NotBuilt as reason:
        pytest.skip(f"the packages of the pages cannot be fetched: {reason}")
    run = runs.finished_run(user, ("a", "noop"))
    address = web.replace("ws://", "http://")
    command = [str(front_end.node()), "-e", SCRIPT, address, runs.token(user), str(run.pk)]
    done = subprocess.run(command, cwd=front_end.SOURCE, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.split() == ['{"ok":true}', "succeeded"]
