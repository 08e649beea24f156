"""When a machine that could not build the editor's pages tries again."""

from __future__ import annotations

import json
import os
from pathlib import Path

from devtools.front_end import REST_SECONDS, reason_to_rest


def note(folder: Path, *, age_seconds: float = 0) -> Path:
    path = folder / "note.json"
    path.write_text(json.dumps({"source": "as it is", "reason": "npm cannot be reached"}))
    written = path.stat().st_mtime - age_seconds
    os.utime(path, (written, written))
    return path


def test_what_has_just_failed_is_not_tried_at_every_command(tmp_path: Path) -> None:
    assert reason_to_rest(note(tmp_path), "as it is") == "npm cannot be reached"


def test_it_is_tried_again_after_an_hour_and_when_the_source_has_changed(tmp_path: Path) -> None:
    assert reason_to_rest(note(tmp_path, age_seconds=REST_SECONDS), "as it is") is None
    assert reason_to_rest(note(tmp_path), "changed") is None


def test_a_note_that_cannot_be_read_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert reason_to_rest(path, "as it is") is None
    for text in ("", "[]", "{}", '"x"'):
        path.write_text(text)
        assert reason_to_rest(path, "as it is") is None
