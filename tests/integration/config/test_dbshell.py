"""A person at the tables: `manage.py dbshell` reaches the database that the product works on."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from devtools.embedded import with_programs

pytestmark = pytest.mark.django_db(transaction=True)


def test_psql_reaches_the_database_wherever_its_address_names_the_server() -> None:
    """S4-25: the SQL of the quick start, by the client that came with the server where the machine has none."""
    arguments, variables = DatabaseClient.settings_to_cmd_args_env(
        connection.settings_dict, ["-qAt", "-c", "TABLE users"]
    )
    path = with_programs(os.defpath)
    psql = shutil.which(arguments[0], path=path)
    assert psql, path
    named = {name: str(value) for name, value in (variables or {}).items()}
    told = subprocess.run(
        [psql, *arguments[1:]], env={"PATH": path, **named}, capture_output=True, text=True, timeout=60
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_the_clients_of_the_machine_come_first() -> None:
    assert with_programs("/opt/own").startswith(f"/opt/own{os.pathsep}")
