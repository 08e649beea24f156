"""The node type `folder-read`: one folder of the server, and nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrations.errors import FolderRefused
from integrations.folder import MAX_FILES
from tests.nodes.stores import content, items_of
from workflows.node_type import Permanent

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (inside / "b.csv").write_text("2")
    (inside / "a.csv").write_text("1")
    (inside / "out.csv").symlink_to(tmp_path / "secret.csv")
    settings.WORKFLOW_FOLDER = str(inside)
    return inside


def test_files_come_by_pattern_and_no_link_leads_out(folder: Path) -> None:
    items = items_of("folder-read", {"path": "./*.csv"}, [{}])
    assert [(item["fileName"], content(item)) for item in items] == [("a.csv", b"1"), ("b.csv", b"2")]


@pytest.mark.parametrize("path", ["../secret.csv", "out.csv", "missing.csv", "/../secret.csv", "a\x00b"])
def test_nothing_beside_the_folder_is_read(folder: Path, path: str) -> None:
    with pytest.raises(Permanent) as caught:
        items_of("folder-read", {"path": path}, [{}])
    assert caught.value.code == "folder_refused"


def test_a_pattern_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(Permanent) as caught:
        items_of("folder-read", {"path": "a**/b"}, [{}])
    assert (caught.value.code, caught.value.details["reason"]) == ("folder_refused", "path")


def test_more_files_than_one_step_takes_are_refused_and_not_left_out(folder: Path) -> None:
    for number in range(MAX_FILES):
        (folder / f"{number}.csv").touch()
    with pytest.raises(Permanent) as caught:
        items_of("folder-read", {"path": "*.csv"}, [{}])
    assert (caught.value.details["reason"], caught.value.details["limit"]) == ("too_many", MAX_FILES)


def test_without_a_folder_there_is_none(settings: Any) -> None:
    settings.WORKFLOW_FOLDER = ""
    with pytest.raises(FolderRefused):
        items_of("folder-read", {"path": "a"}, [{}])
