"""Which servers are embedded, and what every process is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.environment import answers, as_named, known_names, sandbox
from devtools.installation import Installation, Refused
from devtools.processes import WORKERS, process
from devtools.serving import embedded_servers, require_named_servers

PRINTED_DATABASE = "postgresql://user:password@localhost:5432/database_name"


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "var")


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in known_names() & os.environ.keys():
        monkeypatch.delenv(name)


@pytest.fixture
def somebody() -> Iterator[int]:
    """A port on which something answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(("name", "value"), [("PORT", "abc"), ("PORT", "70000"), ("WB_SANDBOX_PORT", "-1")])
def test_what_is_no_port_is_refused_in_words(
    home: Installation, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=f"{name} is no port: '{value}'"):
        as_named(home)


def test_nothing_named_means_everything_embedded(home: Installation) -> None:
    """S3-26: the port is 3001 unless PORT says otherwise."""
    plan = as_named(home)
    assert embedded_servers(plan) == ["postgres", "valkey"]
    assert plan.port == 3001
    assert plan.variables["DATABASE_URL"].startswith("postgresql://postgres@/naryad?host=")
    assert plan.variables["REDIS_URL"].startswith("unix:///")
    assert plan.warnings == []


def test_named_servers_are_used(home: Installation, monkeypatch: pytest.MonkeyPatch, somebody: int) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://a:b@127.0.0.1:{somebody}/c")
    monkeypatch.setenv("REDIS_HOST", "127.0.0.1")
    monkeypatch.setenv("REDIS_PORT", str(somebody))
    plan = as_named(home)
    assert embedded_servers(plan) == []
    require_named_servers(plan)
    assert plan.variables["DATABASE_URL"] == f"postgresql://a:b@127.0.0.1:{somebody}/c"
    assert "REDIS_URL" not in plan.variables


def test_printed_addresses_count_only_where_something_answers(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-26: the seed's block pasted as it is starts a development installation."""
    monkeypatch.setenv("DATABASE_URL", PRINTED_DATABASE)
    monkeypatch.setenv("REDIS_HOST", "localhost")
    plan = as_named(home)
    silent = [name for name, port in (("postgres", 5432), ("valkey", 6379)) if not answers("localhost", port)]
    assert embedded_servers(plan) == silent
    assert len(plan.warnings) == len(silent)


def test_another_address_is_never_replaced(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:mine@localhost:1/mine")
    plan = as_named(home)
    assert embedded_servers(plan) == ["valkey"]
    with pytest.raises(Refused, match="localhost:1, and nothing answers there"):
        require_named_servers(plan)


def test_production_embeds_nothing(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    with pytest.raises(Refused, match="DATABASE_URL is missing"):
        as_named(home)


def test_the_sandbox_uses_nothing_that_the_environment_names(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo and the tests must not touch a real database or a real account."""
    for name in ("DATABASE_URL", "REDIS_URL", "WB_API_KEY", "NODE_ENV", "TELEGRAM_BOT_TOKEN"):
        monkeypatch.setenv(name, "something real")
    monkeypatch.setenv("PORT", "3050")
    plan = sandbox(home)
    assert embedded_servers(plan) == ["postgres", "valkey"]
    assert "something real" not in plan.variables.values()
    assert plan.variables["NARYAD_ENV_FILE"] == os.devnull
    assert (plan.port, plan.bot, plan.production) == (3050, False, False)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, 3002),
        ({"PORT": "4000"}, 4001),
        ({"WB_SANDBOX_PORT": "4444"}, 4444),
        ({"WB_API_KEY": "your_wildberries_api_key"}, 3002),
        ({"WB_API_KEY": "real"}, None),
        ({"WB_API_BASE_URL": "http://127.0.0.1:4010"}, None),
        ({"WB_API_BASE_URL": "https://advert-api.wildberries.ru/"}, 3002),
    ],
)
def test_the_wildberries_sandbox_plays_while_there_is_no_key_and_no_other_address(
    home: Installation, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: int | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    plan = as_named(home)
    assert plan.sandbox_port == expected
    told = process("worker", plan).environment
    assert (told.get("WB_API_BASE_URL") == f"http://127.0.0.1:{expected}") is (expected is not None)


def test_workers_are_told_their_queues_and_slots(home: Installation) -> None:
    """Decision 11: threads for io, two children for cpu, threads for notifications and system."""
    told = {name: process(name, as_named(home)).environment for name in WORKERS}
    assert {
        name: (one["NARYAD_QUEUES"], one["NARYAD_SLOTS"], one["DATABASE_POOL_SIZE"]) for name, one in told.items()
    } == {
        "worker": ("io", "100", "16"),
        "worker-cpu": ("cpu", "2", "0"),
        "worker-notify": ("notifications,system", "8", "10"),
    }


def test_a_long_path_gets_a_short_folder_for_its_sockets(tmp_path: Path) -> None:
    long = Installation(tmp_path / ("x" * 100) / "var")
    assert len(str(long.valkey_socket)) < 100
    assert Installation(Path("/srv/naryad/var")).valkey_socket == Path("/srv/naryad/var/run/valkey.sock")
    long.prepare()
    try:
        assert long.sockets.stat().st_mode & 0o777 == 0o700
    finally:
        long.tidy()
    assert not long.sockets.exists()
