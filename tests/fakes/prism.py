"""Prism, a mock server that nobody here wrote, over the official Wildberries specifications.

The specifications are not part of this repository: they are looked for in `shared/wildberries` beside the checkout.
Prism is installed once with npm into `var/`. Where anything of this is missing, tests skip.
"""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from devtools.installation import free_port
from tests.fakes.npm_package import Missing, install

VERSION = "5.16.0"
SPECIFICATIONS = settings.BASE_DIR.parent / "shared" / "wildberries"
PROMOTION = SPECIFICATIONS / "promotion.min.yaml"
STATISTICS = SPECIFICATIONS / "statistics.min.yaml"
HOME = Path(settings.VAR_DIR) / "prism" / VERSION
PROGRAM = Path("node_modules", "@stoplight", "prism-cli", "dist", "index.js")
INSTALL_SECONDS = 300
START_SECONDS = 60


def program() -> Path:
    """Prism's main file, installed if need be. Raises `Missing`."""
    if not (PROMOTION.is_file() and STATISTICS.is_file()):
        raise Missing("no Wildberries specifications beside the checkout")
    install(f"@stoplight/prism-cli@{VERSION}", HOME, seconds=INSTALL_SECONDS)
    return HOME / PROGRAM


class Prism:
    """A running Prism. Without `upstream` it answers with the specification's examples, with one it checks a server:
    a request or an answer against the specification becomes a 4xx or 500 problem of Prism's own.
    """

    def __init__(self, specification: Path, *, upstream: str | None = None) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        work = ["mock", str(specification)] if upstream is None else ["proxy", str(specification), upstream, "--errors"]
        address = ["-h", "127.0.0.1", "-p", self.url.rpartition(":")[2]]
        self._command = ["node", str(program()), *work, *address]
        self._listening = threading.Event()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(START_SECONDS) or self._process.poll() is not None:
            self.__exit__(None, None, None)
            raise Missing("prism does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        """Keeps the pipe empty, and sees when the server listens or is gone."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "is listening on" in line:
                self._listening.set()
        self._listening.set()
