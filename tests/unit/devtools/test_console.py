"""Lines of processes as people read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from devtools.console import Echo, readable


def test_a_structured_line_is_told_in_words() -> None:
    line = '{"event":"request","level":"info","timestamp":"2026-11-22T10:20:30.456789Z","process":"web","status":200}'
    assert readable(line) == "10:20:30.456 info    request status=200"


def test_a_line_cannot_move_the_cursor_of_the_terminal() -> None:
    assert readable("gone \x1b[2J \x07") == "gone ?[2J ?"
    assert "\x1b" not in readable('{"event":"a","level":"info","timestamp":"2026-11-22T10:20:30Z","name":"\\u001b[2J"}')


def test_only_what_is_written_while_somebody_looks_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text("before\n")
    with Echo(tmp_path, ["web", "worker-cpu"]), log.open("a") as writer:
        writer.write("during\nhalf a line")
    shown = capsys.readouterr().err
    assert "web        | during" in shown
    assert "before" not in shown
    assert "half" not in shown
