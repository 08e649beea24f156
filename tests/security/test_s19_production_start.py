"""What production does not start with, seen from outside: the process ends at once and says why."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from devtools.checking import production_example

GOOD = {
    **production_example(),
    "DATABASE_URL": "postgresql://naryad:long-random-word@127.0.0.1:1/naryad",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "NARYAD_ENV_FILE": os.devnull,
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    code = "from django.conf import settings; print(settings.DEBUG)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(settings.BASE_DIR),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **GOOD,
            **changes,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_proper_production_starts_and_never_in_debug() -> None:
    """S19: no variable switches DEBUG on."""
    done = start(DEBUG="1", DJANGO_DEBUG="true")
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


@pytest.mark.parametrize(
    "changes",
    [{"SECRET_KEY": "changeme"}, {"JWT_SECRET": GOOD["SECRET_KEY"]}, {"ALLOWED_HOSTS": "*"}, {"CREDENTIAL_KEYS": ""}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_bad_value_ends_the_start(changes: dict[str, str]) -> None:
    """S19: default, short and equal secrets, `*` hosts: exit code, reason, and no secret in the words."""
    done = start(**changes)
    assert done.returncode != 0
    assert "refuses to start" in done.stderr
    assert GOOD["SECRET_KEY"] not in done.stderr
