"""Naryad started as a person starts it: `dev.py up` in a process of its own, seen only through its doors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from devtools.installation import free_ports
from tests import leftovers

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
"""The environment of a machine where nothing is installed."""

T = TypeVar("T")


def until(ask: Callable[[], T], *, seconds: float, what: str) -> T:
    """The first true answer of `ask`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
    return answer


def dev_command(*words: str) -> list[str]:
    """dev.py with these words, in the environment of packages that these tests use."""
    return [sys.executable, "-m", "devtools", *words]


def environment_at(var: Path, **variables: str) -> dict[str, str]:
    """What a command of dev.py for the folder `var` is given, and nothing of what we have ourselves."""
    return {**BARE, **leftovers.mark(), "NARYAD_VAR": str(var), "NARYAD_ENV_FILE": os.devnull, **variables}


def run_dev(*words: str, var: Path, seconds: float = 300, **variables: str) -> subprocess.CompletedProcess[str]:
    """One command of dev.py to its end."""
    environment = environment_at(var, **variables)
    return subprocess.run(
        dev_command(*words), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def status(var: Path) -> dict[str, dict[str, Any]]:
    """`dev.py status --json` by name."""
    done = run_dev("status", "--json", var=var)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


@contextmanager
def run_alone(name: str, var: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`dev.py run NAME`, once it is ready; killed at the end if it has not ended before."""
    command, environment = dev_command("run", name), environment_at(var)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: status(var).get(name, {}).get("healthy"), seconds=180, what=f"{name} is ready")
            yield process
        finally:
            process.kill()


class Api:
    """REST as one person."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = f"{url}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        answer = self.ask("POST", "/auth/token", json={"username": username, "password": password})
        self.token = str(answer.json()["access"])
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def ask(self, method: str, path: str, *, status: int | None = None, **options: Any) -> requests.Response:
        """An answer; without `status` any success will do."""
        answer = self.session.request(method, f"{self.url}{path}", timeout=60, **options)
        assert answer.status_code == status if status else answer.ok, (answer.status_code, answer.text)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        return self.ask("GET", path, **options).json()

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.ask("POST", path, json=body, **options).json()


@dataclass
class Naryad:
    """One running installation, with data, secrets and a port of its own."""

    var: Path
    port: int
    supervisor: subprocess.Popen[str]
    environment: Mapping[str, str]

    @classmethod
    def start(cls, var: Path, **variables: str) -> Naryad:
        """Start and wait until everything serves."""
        port, sandbox_port, emulator_port = free_ports(3)
        ports = {"PORT": port, "WB_SANDBOX_PORT": sandbox_port, "TELEGRAM_EMULATOR_PORT": emulator_port}
        environment = environment_at(var, **{name: str(number) for name, number in ports.items()} | variables)
        var.mkdir(parents=True, exist_ok=True)
        with (var / "up.out").open("w") as output:
            supervisor = subprocess.Popen(
                dev_command("up"),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        naryad = cls(var, port, supervisor, environment)
        try:
            until(naryad.is_ready, seconds=240, what=f"{naryad.url}/readyz says 200")
        except BaseException:
            naryad.stop()
            raise
        return naryad

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        assert self.supervisor.poll() is None, self.output()
        return self.answers("/readyz") == 200

    def answers(self, path: str) -> int:
        """The status code of a GET; 0 when nothing answers."""
        try:
            return requests.get(f"{self.url}{path}", timeout=5, proxies={"http": ""}).status_code
        except requests.RequestException:
            return 0

    def output(self) -> str:
        """What `up` has printed."""
        return (self.var / "up.out").read_text()

    def credentials(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads((self.var / "demo-credentials.json").read_text())
        return found

    def api(self, role: str = "editor") -> Api:
        return Api(self.url, **self.credentials()[role])

    def status(self) -> dict[str, dict[str, Any]]:
        return status(self.var)

    def kill(self, name: str) -> int:
        """SIGKILL to one process; returns the pid that it had."""
        pid = int(self.status()[name]["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this installation, found by the variable or folder that only it names."""
        marks = (f"NARYAD_VAR={self.var}", str(self.var))
        return [process for process in psutil.process_iter() if _belongs(process, marks)]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal the supervisor, wait for its end, return its exit status."""
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(number)
        return self.supervisor.wait(90)


def _belongs(process: psutil.Process, marks: Sequence[str]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        environment = " ".join(f"{name}={value}" for name, value in process.environ().items())
        return any(mark in environment for mark in marks) or any(marks[1] in word for word in process.cmdline())
    except psutil.Error:
        return False
