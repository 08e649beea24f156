"""An IMAP server on loopback: one box with folders, as much of RFC 3501 as a reader needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PASSWORD = "pass-of-the-box"


@dataclass
class Box:
    """`letters` is `{folder: {uid: bytes}}`; `drops` closes the next connections at the first command.

    A lie: `numbers` is what a search answers, `announces` the size that a letter is said to have.
    """

    port: int = 0
    letters: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    seen: set[int] = field(default_factory=set)
    drops: int = 0
    numbers: str | None = None
    announces: int | None = None
    commands: list[str] = field(default_factory=list)


class _Session(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self._folder = ""
        with suppress(ConnectionError):
            self._say(b"* OK ready")
            while line := self.rfile.readline():
                tag, _space, rest = line.decode().strip().partition(" ")
                self.box.commands.append(rest.partition(" ")[0] if rest.startswith("LOGIN") else rest)
                if self.box.drops:
                    self.box.drops -= 1
                    return
                name = rest.partition(" ")[0].lower()
                status = getattr(self, f"do_{name}", lambda rest: "BAD unknown")(rest)
                self._say(f"{tag} {status}".encode())
                if name == "logout":
                    return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def do_capability(self, rest: str) -> str:
        self._say(b"* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, rest: str) -> str:
        return "OK in" if f'"{PASSWORD}"' in rest else "NO wrong password"

    def do_select(self, rest: str) -> str:
        self._folder = rest.partition(" ")[2].strip('"')
        if self._folder not in self.box.letters:
            return "NO no such folder"
        self._say(f"* {len(self._letters)} EXISTS".encode())
        return "OK selected"

    do_examine = do_select

    @property
    def _letters(self) -> dict[int, bytes]:
        return self.box.letters[self._folder]

    def do_uid(self, rest: str) -> str:
        return getattr(self, f"_uid_{rest.split()[1].lower()}")(rest)

    def _uid_search(self, rest: str) -> str:
        start = int(re.search(r"UID (\d+):\*", rest)[1])  # type: ignore[index]
        wanted = {uid for uid in self._letters if uid >= start} or set(list(self._letters)[-1:])
        if "UNSEEN" in rest:
            wanted -= self.box.seen
        said = self.box.numbers or " ".join(str(uid) for uid in sorted(wanted, reverse=True))
        self._say(f"* SEARCH {said}".encode())
        return "OK searched"

    def _uid_fetch(self, rest: str) -> str:
        uid = int(rest.split()[2])
        raw = self._letters.get(uid)
        if raw is not None:
            size = self.box.announces or len(raw)
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{size}}}\r\n".encode() + raw + b")\r\n")
        return "OK fetched"

    def _uid_store(self, rest: str) -> str:
        self.box.seen |= {int(uid) for uid in rest.split()[2].split(",")}
        return "OK stored"

    def do_logout(self, rest: str) -> str:
        self._say(b"* BYE")
        return "OK bye"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def running() -> Iterator[Box]:
    """The server on a free port of 127.0.0.1, without TLS."""
    box = Box()
    with _Server(("127.0.0.1", 0), type("Session", (_Session,), {"box": box})) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
