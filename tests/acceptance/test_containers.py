"""Every command of the compose file that runs our image, with the variables that its container would have."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings
from django.db import connection

from devtools.checking import production_example
from devtools.installation import free_port
from tests.architecture.tree import files
from tests.fakes import bot_api

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if service["image"] == "naryad"]
LASTING = [name for name in OURS if name != "migrate"]
STARTS_WITHIN = 120.0  # as for every process of these tests: a busy machine takes long to start one
IN_THE_IMAGE = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
"""What a container runs whose service says no command."""

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def variables(name: str, folder: Path) -> dict[str, str]:
    """What stands in the file for the service, with a `.env` filled in and the servers of the tests."""
    filled = {**production_example(), "POSTGRES_PASSWORD": "x", "REDIS_PASSWORD": "x", "ALLOWED_HOSTS": "127.0.0.1"}
    said = {
        key: re.sub(r"\$\{(\w+):[^}]*\}", lambda found: filled[found[1]], str(value))
        for key, value in COMPOSE["services"][name]["environment"].items()
    }
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    ours = {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL, "ATTACHMENT_DIR": str(folder)}
    return {
        "PATH": os.environ["PATH"],
        "NARYAD_VAR": str(folder),
        "NARYAD_ENV_FILE": os.devnull,
        "PYTHONWARNINGS": "ignore",
        **said,
        **ours,
    }


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it is in the image: what `.dockerignore` lets in."""
    folder = tmp_path_factory.mktemp("image")
    let_in = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    for path in files():
        inside = path.relative_to(ROOT)
        if inside.parts[0] in let_in:
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / inside)
    return folder


def words_of(name: str, port: int) -> list[str]:
    """The command, by this Python and, where it listens, on loopback at `port`."""
    said = COMPOSE["services"][name].get("command") or yaml.safe_load(IN_THE_IMAGE.removeprefix("CMD "))
    assert said[0] == "python"
    here = {"0.0.0.0": "127.0.0.1", "3001": str(port)}
    return [sys.executable, *(here.get(word, word) for word in said[1:])]


@pytest.mark.parametrize("name", LASTING)
def test_a_container_command_starts_in_production_and_ends_when_told(name: str, image: Path, tmp_path: Path) -> None:
    """S4-24: each process of production, started as its container starts it, answers, and leaves within its time."""
    port = free_port()
    log = tmp_path / "log"
    with bot_api.running() as telegram, log.open("wb") as output:
        bot = {"TELEGRAM_BOT_TOKEN": bot_api.TOKEN, "TELEGRAM_API_BASE_URL": f"{telegram.url}/bot"}
        process = subprocess.Popen(
            words_of(name, port),
            cwd=image,
            env={**variables(name, tmp_path), **(bot if name == "bot" else {})},
            stdout=output,
            stderr=output,
        )
        try:
            await_start(name, process, port, log)
            assert is_healthy(name, port, tmp_path), log.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(40)
    assert code in (0, -signal.SIGTERM), log.read_text()


def test_the_container_that_migrates_does_so_and_ends(image: Path, tmp_path: Path) -> None:
    """S4-24: the others wait for its success."""
    done = subprocess.run(
        words_of("migrate", 0), cwd=image, env=variables("migrate", tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


def test_a_container_that_does_not_answer_is_not_healthy(tmp_path: Path) -> None:
    """S4-24: the health check fails where nobody listens."""
    assert not is_healthy("web", free_port(), tmp_path)


def is_healthy(name: str, port: int, folder: Path) -> bool:
    """What the health check of the service says; without one it is well as long as it runs."""
    check = COMPOSE["services"][name].get("healthcheck")
    if check is None:
        return True
    kind, program, *words = check["test"]
    assert (kind, program) == ("CMD", "python")
    asked = [sys.executable, *(word.replace(":3001/", f":{port}/") for word in words)]
    return subprocess.run(asked, env=variables(name, folder), capture_output=True).returncode == 0


def await_start(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """A server answers; another process has a connection of its name to the database."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        if answers(port) if name == "web" else connected(name):
            return
        time.sleep(0.2)
    pytest.fail(f"{name} did not start: {log.read_text()}")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def connected(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [f"naryad-{name}"])
        return bool(cursor.fetchone()[0])
