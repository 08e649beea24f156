"""Files that travel with items: kept once, found by their own project only, bounded, forgotten in the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts import services as accounts
from accounts.clock import shift
from accounts.models import Project
from executions import services
from executions.models import Execution
from integrations import files
from integrations.errors import FileGone, FileTooLarge
from integrations.files import FileStore
from integrations.models import StoredFile
from tests.integration.executions.driving import definition, drain, items, person, start, status
from workflows import services as workflows

DAY = 24 * 3600


@pytest.fixture
def store(db: Any) -> FileStore:
    return FileStore(accounts.default_project().pk)


def test_a_content_is_kept_once_and_a_file_says_what_it_is(store: FileStore) -> None:
    first, second = store.put(b"1;2", name="dir/a.csv"), store.put(b"1;2", mime="text/plain; charset=utf-8")

    assert first["id"] == second["id"]
    assert (first["fileName"], first["mimeType"], first["fileExtension"], first["fileSize"]) == (
        "a.csv",
        "text/csv",
        "csv",
        3,
    )
    assert (second["fileName"], second["mimeType"]) == ("file.txt", "text/plain")
    assert StoredFile.objects.count() == 1
    assert store.read(second) == b"1;2"


def test_another_project_finds_nothing(store: FileStore) -> None:
    other = FileStore(Project.objects.create(code="other", name="Other").pk)
    kept = store.put(b"secret", name="a")

    with pytest.raises(FileGone):
        other.read(kept)
    assert other.put(b"secret", name="a")["id"] != kept["id"]


def test_one_file_and_all_of_a_project_have_limits(store: FileStore, settings: Any) -> None:
    settings.FILE_MAX_BYTES, settings.FILE_QUOTA_BYTES = 10, 15
    kept = store.put(b"1234567890")

    with pytest.raises(FileTooLarge):
        store.put(b"12345678901")
    with pytest.raises(FileTooLarge):
        store.put(b"0987654321")
    assert store.put(b"1234567890") == kept


def test_what_nobody_uses_is_forgotten(store: FileStore, settings: Any) -> None:
    settings.FILE_RETENTION_DAYS = 30
    used, unused = store.put(b"used"), store.put(b"unused")
    shift(connection, 20 * DAY)
    store.read(used)
    shift(connection, 40 * DAY)

    assert files.forget(100) == 1
    assert store.read(used) == b"used"
    with pytest.raises(FileGone):
        store.read(unused)


@pytest.mark.django_db(transaction=True)
def test_programs_hand_files_on_make_some_and_remember_between_runs() -> None:
    count = "const kept = getWorkflowStaticData('global'); kept.n = (kept.n || 0) + 1;"
    make = "return [{json: {n: kept.n}, binary: {data: {data: 'SGk=', fileName: 'a.txt', mimeType: 'text/plain'}}}]"
    look = "return {own: Object.keys($json), name: $binary.data.fileName, n: $json.n}"
    what = definition(
        [
            ("make", "code", {"config": {"code": f"{count}\n{make}"}}),
            ("pass", "set", {"config": {"fields": [{"name": "seen", "value": "{{ $binary.data.fileName }}"}]}}),
            ("look", "code", {"config": {"mode": "each", "code": look}}),
            ("read", "file-read", {"config": {"form": "text", "to": "text"}}),
        ],
        [("make", "pass"), ("pass", "look"), ("pass", "read")],
    )
    editor = person()
    run = start(editor, what)
    drain()

    assert status(run) == "succeeded"
    assert items(run, "look") == [{"own": ["n", "seen"], "name": "a.txt", "n": 1}]
    assert items(run, "read") == [{"text": "Hi"}]
    assert items(_again(run, editor), "look")[0]["n"] == 2


def _again(run: Execution, editor: Any) -> Execution:
    second = services.start(target=workflows.startable(run.workflow_id, editor), user=editor)[0]
    drain()
    return second
