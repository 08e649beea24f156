"""Containers run what `dev.py` runs, and hold no secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from devtools.processes import MALLOC_ARENAS, POOLED_CONNECTIONS, WORKERS, command_of
from tests.architecture.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SECRETS = {
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "REDISCLI_AUTH",
    "SECRET_KEY",
    "JWT_SECRET",
    "CREDENTIAL_KEYS",
    "WB_API_KEY",
}


def test_the_compose_file_is_one() -> None:
    """S4-24: every word of it is one that compose knows, of the kind that it wants."""
    specification = json.loads((Path(__file__).parent / "compose_spec.json").read_text())
    judge = jsonschema.Draft201909Validator(specification)
    assert [f"{list(fault.path)}: {fault.message}" for fault in judge.iter_errors(COMPOSE)] == []
    assert list(judge.iter_errors({"services": {"web": {"image": "x", "restrat": "always"}}}))


@pytest.mark.parametrize("name", [*WORKERS, "ticker", "beat", "bot"])
def test_a_container_runs_the_command_of_dev_py(name: str) -> None:
    assert COMPOSE["services"][name]["command"] == ["python", *command_of(name, port=3001)]


def test_the_web_container_runs_the_command_of_dev_py_on_every_address() -> None:
    """A container has a network of its own; compose publishes the port on the host's loopback only."""
    line = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    expected = ["0.0.0.0" if word == "127.0.0.1" else word for word in command_of("web", port=3001)]
    assert yaml.safe_load(line.removeprefix("CMD ")) == ["python", *expected]
    assert COMPOSE["services"]["web"]["ports"] == ["127.0.0.1:${PORT:-3001}:3001"]


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_container_says_what_its_command_says(name: str) -> None:
    command, environment = COMPOSE["services"][name]["command"], COMPOSE["services"][name]["environment"]
    assert environment["NARYAD_QUEUES"] == command[command.index("-Q") + 1]
    assert environment["NARYAD_SLOTS"] == command[command.index("-c") + 1]
    assert environment["DATABASE_POOL_SIZE"] == str(POOLED_CONNECTIONS.get(name, 0))


@pytest.mark.parametrize("name", ["web", *WORKERS, "ticker", "beat", "bot"])
def test_a_container_keeps_as_little_memory_for_its_threads_as_dev_py(name: str) -> None:
    assert COMPOSE["services"][name]["environment"]["MALLOC_ARENA_MAX"] == MALLOC_ARENAS


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if name in SECRETS:
                assert str(value).startswith("${")
