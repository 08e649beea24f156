"""One jailed process, seen by the worker that has started it."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from workflows.javascript.errors import Busy, JavaScriptError, LimitReached, ScriptFailed

PROGRAM: Final = Path(__file__).with_name("jail.py")
LENGTHS: Final = struct.Struct("<II")
ANSWER: Final = struct.Struct("<cI")
CHUNK: Final = 1 << 20
WORN_BYTES: Final = 4_000_000
"""A process that has held so much data is not kept: the memory would stay with it."""
LIMITS: Final[Mapping[bytes, str]] = {b"t": "time", b"m": "memory", b"s": "stack", b"o": "output"}


class Process:
    """A jailed process and its two pipes. Used by one thread at a time; `kill` may come from any."""

    def __init__(self) -> None:
        engine = importlib.util.find_spec("_quickjs")
        if engine is None or engine.origin is None:
            raise Busy("the JavaScript engine is not installed")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-I", "-S", str(PROGRAM), str(Path(engine.origin).parent)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                close_fds=True,
                bufsize=0,
            )
        except OSError as error:  # no memory or no place for one more process now
            raise Busy(f"no process can be started: {error.strerror}") from None
        self._requests = self._process.stdin.fileno()  # type: ignore[union-attr]
        self._answers = self._process.stdout.fileno()  # type: ignore[union-attr]
        os.set_blocking(self._requests, False)
        self.pid = self._process.pid
        self.worn = False
        self.answered = True
        self.used_at = time.monotonic()

    def ask(self, head: Mapping[str, Any], data: str, *, wall: float) -> str:
        """What the engine answers, JSON text. Raises `JavaScriptError`; who has reached a limit is `worn`."""
        end = time.monotonic() + wall
        self.answered = False
        encoded, body = json.dumps({**head, "wall": wall}).encode(), data.encode()
        self.worn = self.worn or len(body) > WORN_BYTES
        self._send(LENGTHS.pack(len(encoded), len(body)) + encoded + body, end)
        letter, length = ANSWER.unpack(self._receive(ANSWER.size, end))
        self.worn = self.worn or length > WORN_BYTES or letter in LIMITS
        text = self._receive(length, end).decode()
        self.used_at = time.monotonic()
        self.answered = True
        if letter == b"d":
            return text
        if letter in LIMITS:
            raise _limit_reached(LIMITS[letter], json.loads(text) if text else {})
        raise ScriptFailed(text.split("\n", 1)[0][:1000]) if letter == b"x" else Reported(text)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once; it may have answered, but nobody is to ask it again."""
        self.worn = True
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End the process and collect it."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _send(self, message: bytes, end: float) -> None:
        rest = memoryview(message)
        while rest:
            self._await(self._requests, select.POLLOUT, end)
            try:
                rest = rest[os.write(self._requests, rest[:CHUNK]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._ended() from None

    def _receive(self, count: int, end: float) -> bytes:
        received = bytearray()
        while len(received) < count:
            self._await(self._answers, select.POLLIN, end)
            chunk = os.read(self._answers, min(count - len(received), CHUNK))
            if not chunk:
                raise self._ended()
            received += chunk
        return bytes(received)

    def _await(self, descriptor: int, wanted: int, end: float) -> None:
        door = select.poll()
        door.register(descriptor, wanted)
        if not door.poll(max(0.0, end - time.monotonic()) * 1000):
            self.worn = True
            raise LimitReached("time", "no answer in time")

    def _ended(self) -> JavaScriptError:
        """The kernel has ended the process: for its time, or because there was no more memory for it."""
        code = self._process.wait()
        self.worn = True
        limit = "time" if code in (-signal.SIGALRM, -signal.SIGXCPU) else "memory"
        return LimitReached(limit, f"the process ended with {code}")


def _limit_reached(limit: str, said: Mapping[str, Any]) -> LimitReached:
    message = str(said.get("message", "")).split("\n", 1)[0][:200]
    return LimitReached(limit, message, place=said.get("place"), item=said.get("item"))


class Reported(JavaScriptError):
    """What the prelude says about a failure: JSON with `message`, `place`, `item`, or with the `zones` it lacks."""
