"""PostgreSQL and Valkey: embedded, or the ones that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.naryad import run_dev

pytestmark = pytest.mark.slow

PRINTED = {
    "NODE_ENV": "development",
    "DATABASE_URL": "postgresql://user:password@localhost:5432/database_name",
    "REDIS_HOST": "localhost",
    "REDIS_PORT": "6379",
    "REDIS_PASSWORD": "",
    "JWT_SECRET": "your_jwt_secret_key",
    "WB_API_BASE_URL": "https://advert-api.wildberries.ru",
    "WB_API_KEY": "your_wildberries_api_key",
    "WB_ANALYTICS_BASE_URL": "https://statistics-api.wildberries.ru",
    "GCP_PROJECT_ID": "your_google_cloud_project_id",
    "FRONTEND_URL": "http://localhost:3000",
    "LOG_LEVEL": "info",
}


def test_one_command_migrates_an_empty_database(tmp_path: Path) -> None:
    """S3-27: PostgreSQL and Valkey are what is needed, and the tables are made by one command."""
    assert run_dev("manage", "migrate", var=tmp_path / "var").returncode == 0
    left = run_dev("manage", "migrate", "--check", var=tmp_path / "var")
    assert left.returncode == 0, left.stdout


def test_the_printed_settings_start_the_embedded_servers_with_a_warning(tmp_path: Path) -> None:
    """S3-26: the seed's block pasted as it is, indented as it stands there, makes a development installation."""
    pasted = tmp_path / "env"
    pasted.write_text("\n".join(f'    {name}="{value}"' for name, value in PRINTED.items()))
    done = run_dev("manage", "check", var=tmp_path / "var", NARYAD_ENV_FILE=str(pasted))
    assert done.returncode == 0, done.stderr


def test_a_long_path_and_a_space_do_no_harm(tmp_path: Path) -> None:
    """A Unix socket's path has room for about a hundred bytes."""
    var = tmp_path / ("a long folder " * 8).strip() / "данные"
    var.mkdir(parents=True)
    done = run_dev("manage", "migrate", "--check", var=var)
    assert "embedded" not in done.stderr
    assert done.returncode == 1, done.stderr
    assert (var / "pg" / "PG_VERSION").exists()


def test_named_servers_are_used_and_none_is_embedded(tmp_path: Path) -> None:
    """S3-26: with DATABASE_URL and REDIS_URL set nothing is started."""
    done = run_dev(
        "manage",
        "check",
        "--database",
        "default",
        var=tmp_path / "var",
        DATABASE_URL=os.environ["DATABASE_URL"],
        REDIS_URL=os.environ["REDIS_URL"],
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var" / "pg").exists()


def test_a_named_server_that_does_not_answer_is_told_with_the_cure(tmp_path: Path) -> None:
    """S3-26: a wrong address is no reason to write somewhere else."""
    done = run_dev("up", var=tmp_path / "var", DATABASE_URL="postgresql://a:b@127.0.0.1:1/c")
    assert done.returncode == 1
    assert "127.0.0.1:1, and nothing answers there" in done.stderr
    assert "postgresql://a:b@" not in done.stderr
