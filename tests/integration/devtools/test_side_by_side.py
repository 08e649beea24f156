"""Commands of dev.py side by side in one folder: who makes the servers, who waits, and what goes on when one ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devtools import records
from devtools.installation import Installation, free_ports
from devtools.stopping import runs
from tests.acceptance.naryad import ROOT, dev_command, environment_at, run_dev, until

LONG = 240.0
"""Seconds that no step takes, not even on a machine that is ten times slower."""
ASK = """
from django.db import connection

def session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
"""
TALK = f"""{ASK}
import pathlib, time
first = session()
pathlib.Path("%s.came").touch()
while not pathlib.Path("%s.go").exists():
    time.sleep(0.05)
"""
THE_SAME = f"{TALK}assert session() == first, 'the server has been stopped meanwhile'"
ANOTHER = f"""{TALK}
from django.db import OperationalError
while True:
    connection.close()
    try:
        session()
        break
    except OperationalError:
        time.sleep(0.1)
"""


@dataclass
class Command:
    """One that runs in a session of its own, with what it has said so far."""

    process: subprocess.Popen[bytes]
    said_in: Path

    @property
    def said(self) -> str:
        return self.said_in.read_text()

    def says(self, text: str) -> None:
        def has_said() -> bool:
            assert text in self.said or self.process.poll() is None, self.said
            return text in self.said

        until(has_said, seconds=LONG, what=f"{text!r} is said, and not only {self.said}")

    def ends(self) -> int:
        return self.process.wait(LONG)


@dataclass
class Folder:
    """What `NARYAD_VAR` names, and the commands that were given there."""

    path: Path
    commands: list[Command] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Installation:
        return Installation(self.path / "var")

    def give(self, *words: str) -> Command:
        said_in = self.path / f"said-{len(self.commands)}"
        with said_in.open("wb") as output:
            process = subprocess.Popen(
                dev_command(*words),
                cwd=ROOT,
                env=environment_at(self.home.var, **self.ports),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.commands.append(Command(process, said_in))
        return self.commands[-1]

    def shell(self, code: str) -> Command:
        return self.give("manage", "shell", "-v", "0", "-c", code)

    def talk(self, name: str, code: str) -> Command:
        """A shell that has talked to PostgreSQL, and ends after another word with it when it is told to `go`."""
        at = str(self.path / name)
        command = self.shell(code % (at, at))

        def came() -> bool:
            assert command.process.poll() is None, command.said
            return Path(f"{at}.came").exists()

        until(came, seconds=LONG, what=f"{name} talks to PostgreSQL")
        return command

    def go(self, name: str) -> None:
        (self.path / f"{name}.go").touch()

    def keepers(self) -> set[int]:
        """Who keeps the servers that run."""
        return {record.supervisor for record in records.read_all(self.home.records) if record.runs}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """Whatever happens to the test, nothing of its commands is left."""
    ports = dict(zip(("PORT", "WB_SANDBOX_PORT", "TELEGRAM_EMULATOR_PORT"), map(str, free_ports(3)), strict=True))
    folder = Folder(tmp_path, ports=ports)
    folder.home.prepare()
    yield folder
    for command in folder.commands:
        command.process.kill()
        command.process.wait()
    until(lambda: not folder.keepers(), seconds=LONG, what="nothing runs any more")


@pytest.fixture
def turn(folder: Folder) -> Iterator[ExitStack]:
    """Somebody who starts the servers, and is in no hurry; `close` ends that."""
    with ExitStack() as held:
        lock = held.enter_context((folder.home.records / "servers.lock").open("ab"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield held


def test_commands_that_need_the_servers_at_the_same_moment_all_get_them(folder: Folder) -> None:
    commands = [folder.shell(f"{ASK}session()") for _number in range(3)]
    assert [command.ends() for command in commands] == [0, 0, 0], [command.said for command in commands]
    assert not folder.keepers()


def test_a_command_says_that_it_waits_for_another_that_starts_the_servers(folder: Folder, turn: ExitStack) -> None:
    command = folder.shell(f"{ASK}session()")
    command.says("waiting: another command starts the servers of this folder")
    assert not (folder.home.var / "pg").exists()
    turn.close()
    assert command.ends() == 0, command.said


@pytest.mark.parametrize(("words", "status"), [(("manage", "check"), 130), (("doctor",), 130), (("up",), 0)])
def test_ctrl_c_ends_a_command_that_waits(folder: Folder, turn: ExitStack, words: tuple[str, ...], status: int) -> None:
    command = folder.give(*words)
    command.says("waiting: another command")
    command.process.send_signal(signal.SIGINT)
    assert command.ends() == status, command.said
    assert "Traceback" not in command.said
    assert not (folder.home.var / "pg").exists()


def test_a_killed_command_frees_the_way_when_what_it_began_has_ended(folder: Folder) -> None:
    killed = folder.shell(f"{ASK}session()")
    began = (folder.home.var / "pg.new", folder.home.var / "pg")
    until(lambda: any(path.exists() for path in began), seconds=LONG, what="a cluster is being made")
    killed.process.kill()
    command = folder.shell(f"{ASK}session()")
    assert command.ends() == 0, command.said


def test_servers_go_on_for_who_uses_them_when_the_command_that_started_them_ends(folder: Folder) -> None:
    first = folder.talk("first", THE_SAME)
    second = folder.talk("second", THE_SAME)
    third = folder.talk("third", THE_SAME)
    assert folder.keepers() == {first.process.pid}
    folder.go("first")
    assert first.ends() == 0, first.said
    assert folder.keepers()
    assert folder.keepers() <= {second.process.pid, third.process.pid}
    assert "postgres goes on: dev.py manage (pid" in first.said
    for name, command in (("second", second), ("third", third)):
        folder.go(name)
        assert command.ends() == 0, command.said
    assert not folder.keepers()
    assert [*folder.home.records.glob("*.json")] == []


def test_a_user_of_servers_ends_without_touching_them(folder: Folder) -> None:
    first = folder.talk("first", THE_SAME)
    second = folder.talk("second", THE_SAME)
    folder.go("second")
    assert second.ends() == 0, second.said
    folder.go("first")
    assert first.ends() == 0, first.said


def test_servers_that_go_with_a_killed_command_are_started_again_by_who_uses_them(folder: Folder) -> None:
    first = folder.talk("first", THE_SAME)
    second = folder.talk("second", ANOTHER)
    first.process.kill()
    first.process.wait()
    until(lambda: folder.keepers() == {second.process.pid}, seconds=LONG, what="the second keeps the servers")
    folder.go("second")
    assert second.ends() == 0, second.said


def test_a_server_that_was_taken_over_is_started_again_when_it_dies(folder: Folder) -> None:
    first = folder.talk("first", THE_SAME)
    second = folder.talk("second", ANOTHER)
    folder.go("first")
    assert first.ends() == 0, first.said
    (server,) = (record for record in records.read_all(folder.home.records) if record.name == "valkey")
    os.kill(server.pid, signal.SIGKILL)
    second.says(f"valkey (pid {server.pid}) ended; again in")
    second.says("starting valkey again")
    folder.go("second")
    assert second.ends() == 0, second.said


def test_stop_ends_also_the_command_that_keeps_servers_after_the_first(folder: Folder) -> None:
    commands = [folder.talk(name, THE_SAME) for name in ("first", "second")]
    servers = [record.pid for record in records.read_all(folder.home.records)]
    done = run_dev("stop", var=folder.home.var)
    assert done.returncode == 0, done.stderr
    for command in commands:
        command.ends()
        assert "devtools/" not in command.said  # the line of a traceback of ours
    assert not any(map(runs, servers))


def test_a_server_that_is_asked_for_alone_is_refused_while_another_command_keeps_it(folder: Folder) -> None:
    folder.talk("first", THE_SAME)
    done = run_dev("run", "postgres", var=folder.home.var)
    assert done.returncode == 1
    assert "postgres is already running" in done.stderr


def test_one_command_at_a_time_brings_a_folder_up(folder: Folder, turn: ExitStack) -> None:
    """Here it has begun, and nothing of it runs yet."""
    up = folder.give("up")
    up.says("waiting: another command")
    name = f"dev.py up (pid {up.process.pid})"

    second = run_dev("up", var=folder.home.var, PORT=folder.ports["PORT"])
    assert second.returncode == 1
    assert f"or is being started, by {name}" in second.stderr
    assert "Traceback" not in second.stderr

    demo = folder.give("demo")
    demo.says(f"waiting: {name} is starting Naryad here")
    demo.process.send_signal(signal.SIGINT)
    assert demo.ends() == 130
    assert "Traceback" not in demo.said

    assert f"{name} is starting" in run_dev("status", var=folder.home.var).stdout
    stopped = run_dev("stop", var=folder.home.var)
    assert stopped.returncode == 0, stopped.stderr
    assert "] stopped" in stopped.stderr
    assert up.ends() == 0, up.said
    assert "Traceback" not in up.said
    assert not (folder.home.var / "pg").exists()
