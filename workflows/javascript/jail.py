"""The jailed process that runs JavaScript written by people: `python -I -S jail.py DIRECTORY_OF_THE_ENGINE`.

It is a program of its own, started with an empty environment and two pipes. Before it reads the first request it
gives up everything else: after `confine` it cannot open a file or a socket, start a process, gain rights or be looked
into. Every request runs in a fresh engine, so nothing is left for the next one.

A request is two lengths (32 bit, little endian) with a head (JSON) and data (JSON text that only the engine reads); an
answer is one letter, a length and a text: `d` done, `f` failed (JSON), `x` refused by the engine; of limits `t` time,
`m` memory, `s` stack (JSON with the message, and with place and item while expressions are rendered), `o` output.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, Final

LENGTHS: Final = struct.Struct("<II")
ANSWER: Final = struct.Struct("<cI")
NOBODY: Final = 65534
ADDRESS_SPACE: Final = 1 << 30
STACK_BYTES: Final = 256 * 1024
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38
LANDLOCK_CREATE_RULESET: Final = 444
LANDLOCK_RESTRICT_SELF: Final = 446
ALL_FILE_ACCESS: Final = (1 << 13) - 1
"""Every right that the first version of Landlock knows."""
LIBRARIES: Final = (
    "scope", "zones", "formats", "moments", "weeks", "extensions", "intervals", "objects", "intl", "bytes", "hashes",
    "web", "jmespath", "code",
)  # fmt: skip
"""Files of the prelude, in their order; `seal` comes last."""


def main() -> None:
    """Serve requests until the other end of the pipe is closed."""
    sys.path.append(sys.argv[1])
    from _quickjs import Context, JSException, StackOverflow  # type: ignore[import-not-found]  # the engine alone, without its wrapper's threads

    home = Path(__file__).parent / "prelude"
    prelude = [(home / f"{name}.js").read_text(encoding="utf-8") for name in (*LIBRARIES, "seal")]
    confine()
    workshop = Workshop(Context, prelude)
    while True:
        lengths = read_exactly(LENGTHS.size)
        head, data = (read_exactly(length) for length in LENGTHS.unpack(lengths))
        request = json.loads(head)
        with_limits(request["seconds"], request["wall"])
        try:
            letter, text = workshop.serve(request, data.decode())
        except StackOverflow as error:
            letter, text = b"s", workshop.at_work(str(error))
        except JSException as error:
            letter, text = kind_of(str(error)), str(error)
            text = text if letter == b"x" else workshop.at_work(text)
        except MemoryError:
            letter, text = b"m", json.dumps({"message": "out of memory"})
        answer(letter, text, request["output"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        workshop.prepare()


class Workshop:
    """Engines that are ready before they are asked for: making one takes longer than most programs."""

    def __init__(self, context: Any, prelude: list[str]) -> None:
        self._context = context
        self._prelude = prelude
        self.prepare()

    def prepare(self) -> None:
        self._engine = self._context()
        self._library = self._engine.eval("({})")
        for text in self._prelude:
            self._engine.eval(text)(self._library)

    def serve(self, request: dict[str, Any], data: str) -> tuple[bytes, str]:
        """Check, render or run what the request holds. Raises what the engine raises."""
        engine = self._context() if request["do"] == "check" else self._engine
        engine.set_max_stack_size(STACK_BYTES)
        engine.set_memory_limit(request["memory"])
        engine.set_time_limit(request["seconds"])
        if request["do"] == "check":
            return b"d", json.dumps([fault_of(engine, one, request["as"]) for one in request["sources"]])
        self._call("open", data, request["do"] == "render")
        if request["do"] == "render":
            for source in request["sources"]:
                self._call("add", engine.eval(f'"use strict"; (function ({PARAMETERS}) {{ return (\n{source}\n) }})'))
            return self._finished(self._call("render"))
        self._call("begin", engine.eval(f"(async function ({CODE_PARAMETERS}) {{\n{request['source']}\n}})"))
        while engine.execute_pending_job() or self._call("wake"):
            pass
        return self._finished(self._call("finish"))

    def at_work(self, message: str) -> str:
        """The message as JSON, and at which expression and item the engine was when it had to stop, if it can say."""
        self._engine.set_memory_limit(ADDRESS_SPACE)
        self._engine.set_time_limit(1.0)
        with contextlib.suppress(Exception):  # it may have no room left even for that
            return json.dumps({"message": message, **json.loads(self._call("atWork"))})
        return json.dumps({"message": message})

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._engine.eval("(function (library, name) { return library[name] })")(self._library, name)(*arguments)

    def _finished(self, text: str) -> tuple[bytes, str]:
        return (b"d" if text.startswith("[") else b"f"), text


PARAMETERS: Final = "$json, $itemIndex, $input, $item, $binary, $position"
COMPILED: Final = "compiled"
CODE_PARAMETERS: Final = "$json, $itemIndex, $input, item, items, $binary"


def fault_of(engine: Any, source: str, kind: str) -> str | None:
    """The syntax error of a source; None when it has none. Nothing of it is run: each program begins with a throw.

    What compiles in brackets of two kinds is one expression, and not the end of ours with something behind it.
    """
    forms = (f"[\n{source}\n]", f"(\n{source}\n)") if kind == "expression" else (None,)
    for form in forms:
        program = (
            f'throw "{COMPILED}"; (async function () {{\n{source}\n}})'
            if form is None
            else f'"use strict"; throw "{COMPILED}"; (function ({PARAMETERS}) {{ return {form} }})'
        )
        try:
            engine.eval(program)
        except Exception as error:  # whatever the engine says of it
            said = str(error).split("\n", 1)[0]
            if said != COMPILED:
                return said
    return None


def confine() -> None:
    """Give up every right that this program does not need. What the kernel does not know is left out."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    no_files(libc)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the worker says when it is over, by closing the pipe
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.closerange(2, 1 << 16)
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def no_files(libc: ctypes.CDLL) -> None:
    """Landlock: no path can be opened, whatever descriptors there may be."""
    handled = ctypes.c_uint64(ALL_FILE_ACCESS)
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if rules >= 0:
        libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0)
        os.close(rules)


def with_limits(seconds: float, wall: float) -> None:
    """Let the kernel end this process if neither the engine nor the parent does."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.setitimer(signal.ITIMER_REAL, wall + 1)


def kind_of(message: str) -> bytes:
    """Which limit an exception of the engine means; `f` when it is the program's own."""
    if "interrupted" in message:
        return b"t"
    return b"m" if "out of memory" in message or "string too long" in message else b"x"


def read_exactly(count: int) -> bytes:
    """So many bytes of the pipe; ends the process when the pipe does."""
    read = bytearray()
    while len(read) < count:
        chunk = os.read(0, min(count - len(read), 1 << 20))
        if not chunk:
            os._exit(0)
        read += chunk
    return bytes(read)


def answer(letter: bytes, text: str, most: int) -> None:
    """Write the answer, or that it is too long."""
    body = text.encode("utf-8", "replace")
    if len(body) > most:
        letter, body = b"o", b""
    rest = memoryview(ANSWER.pack(letter, len(body)) + body)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
