"""The commands and health checks of the compose file's servers, run by the servers that the packages bring."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import yaml

from devtools import embedded
from devtools.installation import Installation
from tests.architecture.tree import ROOT

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PASSWORD = "of-the-valkey"
STARTS_WITHIN = 60.0

pytestmark = pytest.mark.long


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "var")
    made.prepare()
    return made


@contextmanager
def running(command: list[str], is_healthy: Callable[[], bool], **options: Any) -> Iterator[None]:
    """The server, from when its health check is content."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) as server:
        try:
            end = time.monotonic() + STARTS_WITHIN
            while not is_healthy():
                assert server.poll() is None, "it has ended"
                assert time.monotonic() < end, "it is not healthy"
                time.sleep(0.1)
            yield
        finally:
            server.send_signal(signal.SIGINT)


def test_postgres_runs_with_the_words_of_the_file_and_is_found_healthy(installation: Installation) -> None:
    """S4-24: the server of containers has room for the connections of all processes."""
    service, ours = SERVICES["postgres"], embedded.postgres(installation, throw_away=True)
    program, sockets = Path(ours.command[0]), installation.postgres_socket_folder
    name, *words = service["command"]
    kind, check, *asked = service["healthcheck"]["test"]
    assert (name, kind) == (program.name, "CMD")

    def is_healthy() -> bool:
        said = subprocess.run([program.with_name(check), "-h", sockets, *asked], capture_output=True)
        return said.returncode == 0

    assert not is_healthy()
    command = [str(program), "-D", str(installation.var / "pg"), "-k", str(sockets), "-c", "listen_addresses=", *words]
    account: dict[str, Any] = {} if ours.uid is None else {"user": ours.uid, "group": ours.gid, "extra_groups": []}
    with (
        running(command, is_healthy, cwd="/", env=dict(ours.environment), **account),
        psycopg.connect(f"postgresql://postgres@/postgres?host={sockets}") as line,
    ):
        assert line.execute("SHOW max_connections").fetchone() == ("150",)


def test_valkey_runs_with_the_words_of_the_file_and_serves_whoever_has_the_password(installation: Installation) -> None:
    """S4-24, S27: a health check asks as `valkey-cli` does, with the password; nobody else is served."""
    service, program = SERVICES["valkey"], Path(embedded.valkey(installation).command[0])
    assert service["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]  # it is not among the packages
    shell, option, text = service["command"]
    here = f" --port 0 --unixsocket {installation.valkey_socket} --dir {installation.var}"
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", **dict.fromkeys(service["environment"], PASSWORD)}
    mine, others = (
        redis.Redis(unix_socket_path=str(installation.valkey_socket), password=one) for one in (PASSWORD, "")
    )

    def is_healthy() -> bool:
        try:
            return bool(mine.ping())
        except redis.ConnectionError:
            return False

    with running([shell, option, text.replace("$$", "$") + here], is_healthy, env=environment), mine, others:
        assert mine.config_get("appendonly") == {"appendonly": "yes"}
        assert mine.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with pytest.raises(redis.AuthenticationError):
            others.ping()
