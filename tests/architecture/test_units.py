"""Units of systemd, programs of supervisor and the compose file run what `dev.py` runs, and are as closed as can be."""

from __future__ import annotations

import configparser
import re
import shlex
from typing import Any

import pytest
import yaml

from devtools.processes import MALLOC_ARENAS, POOLED_CONNECTIONS, WORKERS, command_of
from tests.architecture.tree import ROOT

PYTHON = "/opt/naryad/.venv/bin/python"
OURS = ["web", *WORKERS, "ticker", "beat", "bot"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
KEYS_OF_COMPOSE = {
    *("image", "build", "command", "env_file", "environment", "restart", "init", "read_only", "tmpfs", "volumes"),
    *("cap_drop", "cap_add", "security_opt", "depends_on", "stop_grace_period", "mem_limit", "pids_limit", "logging"),
    *("healthcheck", "ports", "profiles", "shm_size", "user"),
}
"""What a service of the Compose specification may say, as far as this file says it."""


def expected(name: str) -> dict[str, str]:
    """The variables that `dev.py` gives to a process."""
    words = command_of(name, port=3001)
    found = {
        "NARYAD_PROCESS": name,
        "DATABASE_POOL_SIZE": str(POOLED_CONNECTIONS.get(name, 0)),
        "MALLOC_ARENA_MAX": MALLOC_ARENAS,
        "PYTHONUNBUFFERED": "1",
    }
    if name in WORKERS:
        found |= {"NARYAD_QUEUES": words[words.index("-Q") + 1], "NARYAD_SLOTS": words[words.index("-c") + 1]}
    return found


@pytest.mark.parametrize("name", OURS)
def test_a_unit_of_systemd_runs_what_dev_py_runs(name: str) -> None:
    """S4-24: examples for systemd that do what the product does."""
    text = (ROOT / f"deploy/systemd/naryad-{name}.service").read_text()
    command = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0].replace("%%", "%")
    assert shlex.split(command) == [PYTHON, *command_of(name, port=3001)]
    assert dict(line.split("=", 1) for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE)) == expected(name)
    for line in ("User=naryad", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=always"):
        assert line in text


@pytest.mark.parametrize("name", OURS)
def test_a_program_of_supervisor_runs_what_dev_py_runs(name: str) -> None:
    """S4-24: supervisor units."""
    parser = configparser.RawConfigParser(inline_comment_prefixes=None)
    parser.read(ROOT / "deploy/supervisor/naryad.conf")
    program = parser[f"program:{name}"]
    assert shlex.split(program["command"].replace("%%", "%")) == [PYTHON, *command_of(name, port=3001)]
    assert dict(re.findall(r'(\w+)="([^"]*)"', program["environment"])) == expected(name)
    assert (program["user"], program["umask"], program["stopasgroup"]) == ("naryad", "077", "false")
    assert set(parser["group:naryad"]["programs"].split(",")) == set(OURS)


def test_every_process_has_its_container_and_no_container_is_open() -> None:
    """S40: not root, nothing to write to, no right too many, and an end to what it may take."""
    assert set(COMPOSE["services"]) == {"postgres", "valkey", "migrate", *OURS}
    for name, service in COMPOSE["services"].items():
        assert set(service) <= KEYS_OF_COMPOSE, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
        assert service["pids_limit"]
        if name in (*OURS, "migrate"):
            assert service["read_only"] is True
            assert service["user"] == "10001:10001"
            assert "cap_add" not in service


def test_only_the_web_process_is_reached_and_only_from_the_machine_itself() -> None:
    """S40: what is published listens on the loopback; the proxy in front is the only door."""
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-3001}:3001"]}


def test_what_must_live_on_lies_in_volumes() -> None:
    """Rows, doorbells and attachments outlive their containers."""
    services = COMPOSE["services"]
    used = {one.split(":")[0] for service in services.values() for one in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) == {"attachments", "postgres", "valkey"}
    assert services["web"]["environment"]["ATTACHMENT_DIR"] == "/attachments"
    assert "/attachments" in (ROOT / "Dockerfile").read_text()


def test_the_proxy_lets_sockets_through_and_keeps_figures_inside() -> None:
    """S40: WebSockets and Socket.IO are upgraded, the webhook takes POST only, figures stay on the machine."""
    text = (ROOT / "deploy/nginx/naryad.conf").read_text()
    assert "location ~ ^/(ws|socket\\.io)/" in text
    assert "proxy_set_header Upgrade $http_upgrade" in text
    assert "limit_except POST { deny all; }" in text
    assert "location ~ ^/(readyz|metrics)$" in text
    assert "proxy_set_header X-Forwarded-For $remote_addr" in text
    assert text.count("{") == text.count("}")
