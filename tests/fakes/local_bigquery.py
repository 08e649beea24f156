"""local-bigquery, an emulator of BigQuery that nobody here wrote, in a virtual environment of its own.

It wants Python 3.13: `python3.13` on the PATH, of pyenv, or what uv finds. It is installed once into `var/`, with the
extensions of its engine, which it would else fetch from the network. Where anything of this is missing, tests skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from devtools.installation import free_port

VERSION = "0.4.0"
ENGINE = "1.5.5"
EXTENSIONS = ("ducklake", "icu", "spatial")
PYTHON = "3.13"
HOME = Path(settings.VAR_DIR) / "local-bigquery" / f"{VERSION}-{ENGINE}"
PROJECT = "demo"
INSTALL_SECONDS = 600
START_SECONDS = 90
STOP_SECONDS = 10

# The packages bring the extensions as files; the engine looks for them in the home of its user.
PLACE_EXTENSIONS = """
import duckdb, importlib, pathlib, shutil, sys
platform = duckdb.sql("PRAGMA platform").fetchone()[0]
place = pathlib.Path(sys.argv[1], ".duckdb", "extensions", f"v{duckdb.__version__}", platform)
place.mkdir(parents=True)
for name in sys.argv[2:]:
    package = importlib.import_module(f"duckdb_extension_{name}")
    for file in pathlib.Path(package.__file__).parent.rglob("*.duckdb_extension"):
        shutil.copy(file, place)
"""


class Missing(Exception):
    """The emulator cannot run here; the text says why."""


def home() -> Path:
    """Where the emulator is, installed if need be: `venv/` and `home/`. Raises `Missing`."""
    if not HOME.is_dir():
        _install(_python())
    return HOME


def _python() -> str:
    """An interpreter of the right version. What pyenv puts on the PATH may be a mere sign that it knows one."""
    for candidate in _candidates():
        asked = subprocess.run([candidate, "-c", "import ensurepip"], capture_output=True, check=False)
        if asked.returncode == 0:
            return candidate
    raise Missing(f"no Python {PYTHON} for local-bigquery: put python{PYTHON} on the PATH, or install uv")


def _candidates() -> list[str]:
    found = [shutil.which(f"python{PYTHON}")]
    for manager, *words in (("uv", "python", "find", PYTHON), ("pyenv", "prefix", PYTHON)):
        program = shutil.which(manager)
        told = program and subprocess.run([program, *words], capture_output=True, text=True, check=False)
        if told and told.returncode == 0:
            path = Path(told.stdout.strip())
            found.append(str(path / "bin" / f"python{PYTHON}" if path.is_dir() else path))
    return [candidate for candidate in found if candidate]


def _install(python: str) -> None:
    """Into a folder of its own first, so that an interrupted or a second installation harms nobody."""
    HOME.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=HOME.parent))
    inside = draft / "venv" / "bin" / "python"
    pip = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The emulator asks for a newer engine than there are extensions for; it works with this one.
    engine = [f"duckdb=={ENGINE}", *(f"duckdb-extension-{name}=={ENGINE}" for name in EXTENSIONS)]
    try:
        _do([python, "-m", "venv", str(draft / "venv")])
        _do([*pip, f"local-bigquery=={VERSION}"])
        _do([*pip, "--no-deps", *engine])
        _do([str(inside), "-c", PLACE_EXTENSIONS, str(draft / "home"), *EXTENSIONS])
        if not HOME.exists():
            draft.rename(HOME)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _do(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Missing("the installation of local-bigquery takes too long") from None
    if done.returncode:
        raise Missing(f"local-bigquery cannot be installed: {done.stderr[-300:]}")


class LocalBigQuery:
    """A running emulator with data of its own. It can be stopped and started again at the same address."""

    project = PROJECT

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._data = tempfile.TemporaryDirectory(prefix="naryad-local-bigquery-")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._data.cleanup()

    def start(self) -> None:
        """Returns when it answers. Raises `Missing`."""
        where = home()
        # Its own scripts name the folder of the draft, so it is started as a module.
        self._process = subprocess.Popen(
            [
                *(str(where / "venv" / "bin" / "python"), "-c", "from local_bigquery.cli import main; main()"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--grpc-port", str(free_port())),
                *("--project", PROJECT, "--data-dir", self._data.name),
            ],
            env={"PATH": os.environ["PATH"], "HOME": str(where / "home"), "PYTHONUNBUFFERED": "1"},
            cwd=self._data.name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Missing("local-bigquery does not start")
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with straight.open(f"{self.url}/bigquery/v2/projects/{PROJECT}/datasets", timeout=20):
                return True
        except (OSError, urllib.error.URLError):
            return False
