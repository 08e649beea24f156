"""The words after `dev.py`."""

from __future__ import annotations

import pytest

from devtools.commands import COMMANDS, main, usage


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    assert usage(name).startswith(f"python3 dev.py {name}")


def test_help_is_told_and_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """`requirements --help` wrote a page, `test --help` installed packages, `up --help` was refused."""
    for name in ("up", "test", "requirements", "ui", "lock"):
        assert main([name, "--help"]) == 0
        assert f"python3 dev.py {name}" in capsys.readouterr().out
