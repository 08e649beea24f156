"""Requests to a Bot API over sockets of the test's own: which connections they take, and how far each has come."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations.errors import Cancelled, OutboundError, TimedOut, Unreachable
from integrations.scope import CallScope, RunningCall
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import NotConnected
from integrations.telegram.wire import Wire, current_call
from tests.fakes.bot_api import TOKEN

BODY = b'{"ok": true, "result": true}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Server:
    """Listens on `port` and gives `says` for every request; with `hangs_up` it closes instead. `heard` is what came."""

    def __init__(self, *, says: bytes = ANSWER, hangs_up: bool = False) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._says, self._hangs_up = says, hangs_up
        self.heard: list[bytes] = []
        self.connections: list[socket.socket] = []
        self.asked = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        """Requests of these tests are short: they come in one piece, or in a head and its values."""
        try:
            while request := connection.recv(65536):
                self.heard.append(request)
                if request.endswith(b"\r\n\r\n") and b"Content-Length" in request:
                    continue
                self.asked.set()
                if self._hangs_up:
                    connection.close()
                    return
                connection.sendall(self._says)
        except OSError:
            return

    def end(self) -> None:
        self._listening.close()
        for connection in self.connections:
            connection.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(**options: Any) -> Server:
        servers.append(Server(**options))
        return servers[-1]

    yield start
    for server in servers:
        server.end()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def ask(url: str, *, scope: CallScope | None = None, seconds: float = 20.0) -> tuple[int, bytes]:
    with RunningCall(scope or CallScope(), seconds) as call:
        mark = current_call.set(call)
        try:
            return Wire(url).ask("POST", f"{url}/getMe", values={"a": "b"}, files=None)
        finally:
            current_call.reset(mark)


def test_calls_one_after_the_other_go_over_one_connection(serve: Callable[..., Server], settings: Any) -> None:
    """A press is answered without the wait for a new connection, which through TLS is three ways to Telegram."""
    server = serve()
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_API_BASE_URL = f"http://127.0.0.1:{server.port}/bot"
    client = TelegramClient.connect(CallScope())
    for _time in range(3):
        client.answer_press(press_id="1", text="Готово")
    assert len(server.connections) == 1
    assert sum(request.startswith(b"POST /bot" + TOKEN.encode()) for request in server.heard) == 3


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    serve: Callable[..., Server], settings: Any
) -> None:
    server = serve()
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_API_BASE_URL = f"http://127.0.0.1:{server.port}/bot"
    client = TelegramClient.connect(CallScope())
    client.answer_press(press_id="1")
    server.connections[0].shutdown(socket.SHUT_RDWR)
    client.answer_press(press_id="2")
    assert len(server.connections) == 2


def test_a_request_that_was_sent_and_not_answered_may_have_been_heard(serve: Callable[..., Server]) -> None:
    server = serve(hangs_up=True)
    with pytest.raises(Unreachable) as caught:
        ask(f"http://127.0.0.1:{server.port}")
    assert caught.type is Unreachable


def test_a_handshake_that_fails_has_sent_nothing(serve: Callable[..., Server]) -> None:
    """Who stands between us and Telegram may break the line while it is being made: the message waits, unspent."""
    server = serve(says=b"this is no TLS")
    with pytest.raises(NotConnected):
        ask(f"https://127.0.0.1:{server.port}")


def test_a_name_that_nobody_knows_has_sent_nothing() -> None:
    with pytest.raises(NotConnected):
        ask("http://telegram.invalid")


def test_an_answer_that_never_comes_ends_with_the_time_of_the_call(serve: Callable[..., Server]) -> None:
    server = serve(says=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
    with pytest.raises(TimedOut):
        ask(f"http://127.0.0.1:{server.port}", seconds=0.3)


def test_who_waits_for_an_answer_can_be_called_off(serve: Callable[..., Server]) -> None:
    server, scope = serve(says=b"HTTP/1.1 200 OK\r\n"), CallScope()
    errors: list[OutboundError] = []

    def wait() -> None:
        try:
            ask(f"http://127.0.0.1:{server.port}", scope=scope)
        except OutboundError as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert server.asked.wait(20)
    scope.cancel.cancel()
    thread.join(20)
    assert [type(error) for error in errors] == [Cancelled]


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
def test_the_proxy_of_the_environment_is_asked_for_telegram(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where Telegram is reached through a proxy, the variables that everything else honours are enough."""
    proxy = serve()
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert ask("http://telegram.invalid") == (200, BODY)
    assert proxy.heard[0].startswith(b"POST http://telegram.invalid/getMe ")


def test_a_proxy_that_lets_nobody_through_has_sent_nothing(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(says=b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(NotConnected):
        ask("https://telegram.invalid")
    assert proxy.heard[0].startswith(b"CONNECT telegram.invalid:443 ")


def test_no_proxy_is_asked_for_an_address_that_is_excepted(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert ask(f"http://127.0.0.1:{server.port}") == (200, BODY)
