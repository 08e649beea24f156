"""The node type `folder-write`: one folder of the server, and nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.nodes.stores import carrying, items_of
from workflows.node_type import Permanent

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    settings.WORKFLOW_FOLDER = str(inside)
    return inside


def test_a_file_is_written_and_replaced(folder: Path) -> None:
    for text in (b"one", b"two"):
        [item] = items_of("folder-write", {"path": "new/report.txt"}, [carrying("x.txt", text)])
        assert item["fileName"] == "new/report.txt"
        assert (folder / "new" / "report.txt").read_bytes() == text
    assert [path.name for path in (folder / "new").iterdir()] == ["report.txt"]


def test_nothing_is_written_beside_the_folder(folder: Path) -> None:
    (folder / "away").symlink_to(folder.parent)
    for path in ("../x.txt", "away/x.txt"):
        with pytest.raises(Permanent) as caught:
            items_of("folder-write", {"path": path}, [carrying("x.txt", b"x")])
        assert caught.value.code == "folder_refused"
    assert sorted(path.name for path in folder.parent.iterdir()) == ["inside", "secret.csv"]


def test_what_cannot_be_put_in_its_place_leaves_nothing_behind(folder: Path) -> None:
    (folder / "busy").mkdir()
    with pytest.raises(Permanent) as caught:
        items_of("folder-write", {"path": "busy"}, [carrying("x.txt", b"x")])
    assert caught.value.details["reason"] == "IsADirectoryError"
    assert [path.name for path in folder.iterdir()] == ["busy"]
