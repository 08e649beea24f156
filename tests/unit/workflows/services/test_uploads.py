"""What of an upload is taken, and what is said about the rest."""

from __future__ import annotations

import io
import zipfile

from workflows.services.uploads import COMMAND, MAX_FILE, MAX_FILES, MAX_TOTAL, documents


def archive(*names: str, content: str = "{}") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return packed.getvalue()


def test_folders_of_an_archive_take_no_place_of_a_document() -> None:
    folders = [f"folder{number}/" for number in range(MAX_FILES)]
    names = [brought.file for brought in documents([("a.zip", archive(*folders, "last.json"))])]
    assert names == ["a.zip/last.json"]


def test_beyond_so_many_documents_the_limit_and_the_command_are_named() -> None:
    names = [f"{number}.json" for number in range(MAX_FILES + 5)]
    *taken, last = documents([("a.zip", archive(*names))])
    assert [brought.error for brought in taken] == [None] * MAX_FILES
    assert str(MAX_FILES) in str(last.error)
    assert COMMAND in str(last.error)


def test_beyond_so_many_bytes_it_is_the_bytes_that_are_named() -> None:
    long = f'"{"a" * (MAX_FILE - 2)}"'
    names = [f"{number}.json" for number in range(MAX_TOTAL // MAX_FILE + 1)]
    *taken, last = documents([("a.zip", archive(*names, content=long))])
    assert [brought.error for brought in taken] == [None] * (len(names) - 1)
    assert f"{MAX_TOTAL} байт" in str(last.error)
    assert COMMAND in str(last.error)
