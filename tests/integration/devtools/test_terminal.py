"""A person at a terminal: what Ctrl-C means in a command that talks to them."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.naryad import ROOT, dev_command, environment_at, until

CTRL_C = b"\x03"
LONG = 240.0


class Terminal:
    """What a person types and reads."""

    def __init__(self, *words: str, var: Path) -> None:
        self._person, theirs = pty.openpty()
        os.set_blocking(self._person, False)
        self.process = subprocess.Popen(
            dev_command(*words),
            cwd=ROOT,
            env=environment_at(var),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self._read = b""

    def types(self, text: bytes) -> None:
        self._read = b""
        os.write(self._person, text)

    def shows(self, text: bytes) -> None:
        """Since what was typed last."""
        until(lambda: text in self._all(), seconds=LONG, what=f"{text!r} is read")

    def _all(self) -> bytes:
        try:
            self._read += os.read(self._person, 65536)
        except BlockingIOError:
            pass
        except OSError as gone:
            raise AssertionError(f"the command has ended: {self._read!r}") from gone
        return self._read


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal("manage", "shell", "-v", "0", "-i", "python", var=tmp_path / "var")
    yield terminal
    terminal.process.kill()
    terminal.process.wait()


def test_ctrl_c_gives_up_a_line_in_a_shell_and_not_the_shell(shell: Terminal) -> None:
    shell.shows(b">>> ")
    shell.types(b"half of a li" + CTRL_C)
    shell.shows(b">>> ")
    shell.types(b"print(40 + 2)\n")
    shell.shows(b"42")
    shell.types(b"exit(7)\n")
    assert shell.process.wait(LONG) == 7
