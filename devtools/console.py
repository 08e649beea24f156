"""What a person reads on the terminal while processes run: our own lines, and theirs under their names."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

STARTED = time.monotonic()
_write = threading.Lock()


def say(text: str) -> None:
    """One line of our own, with the seconds since the command was given."""
    with _write:
        print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


class Echo:
    """Shows what is appended to log files, each line under the name of its process.

    Processes write their logs themselves, so a slow terminal slows none of them, and a log survives everything here.
    """

    def __init__(self, logs: Path, names: Iterable[str]) -> None:
        self._paths = {name: logs / f"{name}.log" for name in names}
        self._width = max((len(name) for name in self._paths), default=0)
        self._offsets = {name: _size(path) for name, path in self._paths.items()}
        self._halves = dict.fromkeys(self._paths, b"")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="echo", daemon=True)

    def __enter__(self) -> Echo:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._read_all()

    def _follow(self) -> None:
        while not self._stopped.wait(0.2):
            self._read_all()

    def _read_all(self) -> None:
        for name, path in self._paths.items():
            for line in self._fresh_lines(name, path):
                with _write:
                    print(f"{name:{self._width}} | {readable(line)}", file=sys.stderr, flush=True)

    def _fresh_lines(self, name: str, path: Path) -> list[str]:
        size = _size(path)
        if size < self._offsets[name]:
            self._offsets[name] = 0
        if size == self._offsets[name]:
            return []
        with path.open("rb") as log:
            log.seek(self._offsets[name])
            fresh = log.read()
        self._offsets[name] += len(fresh)
        *whole, self._halves[name] = (self._halves[name] + fresh).split(b"\n")
        return [line.decode(errors="replace") for line in whole]


def readable(line: str) -> str:
    """A structured line as `time level event key=value ...`. Control characters never reach the terminal."""
    try:
        fields = json.loads(line)
        at, level, event = fields.pop("timestamp"), fields.pop("level"), fields.pop("event")
    except (ValueError, AttributeError, KeyError):
        return _harmless(line)
    trace = fields.pop("exception", None)
    fields.pop("process", None)
    pairs = " ".join(f"{key}={value}" for key, value in fields.items())
    shown = f"{at[11:23]} {level:7} {event} {pairs}".rstrip()
    return _harmless(f"{shown}\n{trace}" if trace else shown)


def _harmless(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter in "\t\n" else "?" for letter in text)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
