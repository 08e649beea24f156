"""The supervisor on small real processes: restart, pause, stop, and what happens to grandchildren."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from devtools import records
from devtools.installation import Installation, Refused
from devtools.stopping import runs
from devtools.supervisor import Process, Supervisor

SLEEPER = "import time; time.sleep(600)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('{ready}', 'w').close(); time.sleep(600)"
)
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("{ready}", "w").write(str(child.pid))
time.sleep(600)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    umask = os.umask(0o077)
    os.umask(umask)
    with Supervisor(Installation(tmp_path / "var")) as running:
        yield running
    os.umask(umask)


def program(name: str, code: str, **options: object) -> Process:
    return Process(name=name, command=[sys.executable, "-c", code], environment=dict(os.environ), **options)  # type: ignore[arg-type]


def wait_for(ask: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pid_of(supervisor: Supervisor, name: str) -> int:
    found = {record.name: record for record in records.read_all(supervisor.installation.records)}
    return found[name].pid


def test_what_dies_is_started_again(supervisor: Supervisor) -> None:
    supervisor.start(program("one", SLEEPER))
    first = pid_of(supervisor, "one")
    os.kill(first, 9)
    wait_for(lambda: pid_of(supervisor, "one") != first and runs(pid_of(supervisor, "one")))


def test_the_pause_before_a_restart_grows(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="one does not stay up \\(exit 3\\):\nsorry"):
        supervisor.start(program("one", "import sys; print('sorry'); sys.exit(3)", ready=lambda: False))
    told = capsys.readouterr().err
    assert "again in 0.5 s" in told
    assert "again in 1 s" in told
    assert "again in 2 s" in told


def test_children_of_a_dead_process_do_not_outlive_it(supervisor: Supervisor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    supervisor.start(program("one", PARENT.format(ready=ready), ready=lambda: ready.exists() and ready.read_text()))
    grandchild = int(ready.read_text())
    os.kill(pid_of(supervisor, "one"), 9)
    wait_for(lambda: not runs(grandchild))


def test_a_process_that_does_not_listen_is_ended_after_its_grace(supervisor: Supervisor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    deaf = program("deaf", DEAF.format(ready=ready), ready=ready.exists, grace_seconds=0.2)
    supervisor.start(deaf)
    pid = pid_of(supervisor, "deaf")
    supervisor.stop()
    assert not runs(pid)


def test_servers_are_stopped_after_those_that_use_them(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import pathlib, signal, sys, time\n"
        f"def leave(*_):\n    open('{order}', 'a').write('{{name}} ')\n    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        f"pathlib.Path('{tmp_path}/{{name}}').touch()\n"
        "time.sleep(600)\n"
    )
    for name, tier in (("server", 0), ("user", 1)):
        supervisor.start(program(name, code.format(name=name), tier=tier, ready=(tmp_path / name).exists))
    supervisor.stop()
    assert order.read_text() == "user server "


def test_a_name_runs_once_in_a_folder(supervisor: Supervisor) -> None:
    supervisor.start(program("one", SLEEPER))
    with pytest.raises(Refused, match="one is already running"):
        supervisor.start(program("one", SLEEPER))


def test_a_failed_command_is_told_with_the_end_of_its_output(supervisor: Supervisor) -> None:
    with pytest.raises(Refused, match="migrate failed \\(exit 4\\):\nno such table"):
        supervisor.run("migrate", [sys.executable, "-c", "import sys; print('no such table'); sys.exit(4)"], os.environ)


def test_the_guardian_is_replaced_when_it_dies(supervisor: Supervisor) -> None:
    supervisor.start(program("one", SLEEPER))
    guardians = _guardians()
    os.kill(guardians[0], 9)
    wait_for(lambda: _guardians() not in ([], guardians))


def _guardians() -> list[int]:
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "devtools.guardian" in child.cmdline():
                found.append(child.pid)
    return found
