"""Two web processes behind a proxy: one after the other is restarted, and no caller notices."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest

from devtools.chaos.arena import UNTHROTTLED
from devtools.chaos.client import Client
from devtools.environment import sandbox
from devtools.installation import Installation, free_port
from devtools.processes import process, says_ok
from tests import leftovers
from tests.acceptance.naryad import ROOT, Naryad, until
from tests.acceptance.test_rolling_restart import Witness, restart

pytestmark = pytest.mark.long

CALLERS = 4
BETWEEN_CALLS = 40
"""So many calls are answered before, between and after the restarts."""
PATIENCE_SECONDS = 120.0
PIECE = 65_536
END_OF_HEAD = b"\r\n\r\n"


class Front:
    """A proxy like that of docs/operations.md: a call goes to the next web process when one refuses it.

    It also does when one hangs up without a word, as nginx does with what may be repeated: a process that ends closes
    the connections that it has taken and not yet heard.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _address = self._listener.accept()
                self._ports.append(self._ports.pop(0))
                threading.Thread(target=self._lead, args=(caller, list(self._ports)), daemon=True).start()

    def _lead(self, caller: socket.socket, ports: list[int]) -> None:
        with caller, suppress(OSError):  # the caller has left
            call = _call_of(caller)
            for port in ports:
                with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)) as web:
                    web.sendall(call)
                    answer = web.recv(PIECE)
                    if answer:
                        caller.sendall(answer)
                        _hand_on(web, caller)
                        return
                    if not call.startswith(b"GET "):
                        return


def _call_of(caller: socket.socket) -> bytes:
    """The whole call, which says how long its body is; the connection is for this one. Raises ConnectionError."""
    call = _piece_of(caller)
    while END_OF_HEAD not in call:
        call += _piece_of(caller)
    head, body = call.split(END_OF_HEAD, 1)
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    while length is not None and len(body) < int(length[1]):
        body += _piece_of(caller)
    return head + b"\r\nConnection: close" + END_OF_HEAD + body


def _piece_of(caller: socket.socket) -> bytes:
    piece = caller.recv(PIECE)
    if not piece:
        raise ConnectionError
    return piece


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


class Callers:
    """Some who ask for the list of workflows, one call after the other."""

    def __init__(self, client: Client) -> None:
        self.answered = 0
        self._client = client
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        enough = self.answered + BETWEEN_CALLS
        until(lambda: self.answered >= enough, seconds=PATIENCE_SECONDS, what="callers are answered")

    @property
    def runs(self) -> range:
        """As `restart` counts what has been acknowledged."""
        return range(self.answered)

    def _ask(self) -> None:
        while not self._over.wait(0.02):
            answer = self._client.ask("GET", "/workflows")
            self.answered += answer is not None and answer.ok


@contextmanager
def second_web(naryad: Naryad) -> Iterator[int]:
    """Another web process of the same installation, at a port of its own."""
    plan = replace(sandbox(Installation(naryad.var)), port=free_port())
    web = process("web", plan)
    environment = {**web.environment, **UNTHROTTLED, **leftovers.mark()}
    with subprocess.Popen(web.command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as running:
        try:
            until(lambda: says_ok(f"{plan.url}/healthz"), seconds=PATIENCE_SECONDS, what="the second web serves")
            yield plan.port
        finally:
            running.send_signal(signal.SIGTERM)


def test_of_two_web_processes_one_always_answers(start_naryad: Callable[..., Naryad]) -> None:
    """A rolling restart of the web without a refused call: the first one goes and comes, then the second one goes."""
    naryad = start_naryad(**UNTHROTTLED)
    ports = [naryad.port]
    with ExitStack() as second:
        ports.append(second.enter_context(second_web(naryad)))
        front = Front(ports)
        client = Witness(front.url, **naryad.credentials()["editor"])
        with Callers(client) as callers:
            callers.wait()
            restart(naryad, "web", callers)
            callers.wait()
            second.close()
            callers.wait()
        front.close()
    assert (client.unanswered, client.errors) == ([], [])
