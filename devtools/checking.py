"""`make check`: everything that can be wrong without running the product. All is run, then the faults are told."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from devtools import console, front_end
from devtools.supervisor import Supervisor

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy"), "."],
    "floors": [str(BIN / "lint-imports")],
    "migrations in step": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "translations in step": [sys.executable, "-m", "devtools", "messages", "--check"],
    "django": [*MANAGE, "check", "--fail-level", "WARNING"],
    "openapi": [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
}
PRODUCTION_CHECK = [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]


def check(supervisor: Supervisor, environment: Mapping[str, str]) -> int:
    """Run all checks on this terminal. Returns 0 when nothing is wrong."""
    runs = [(title, command, environment) for title, command in CHECKS.items()]
    try:
        runs.append(("types of the pages", front_end.type_check(), environment))
    except front_end.NotBuilt as reason:
        console.say(f"left out: types of the pages, because {reason}")
    runs.append(("django in production", PRODUCTION_CHECK, {**environment, **production_example()}))
    failed = []
    for title, command, variables in runs:
        if supervisor.stopping.is_set():
            return 130
        console.say(f"check: {title}")
        if supervisor.foreground(command, variables):
            failed.append(title)
    console.say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def production_example() -> dict[str, str]:
    """Variables of a production installation as it should be, with secrets made up on the spot."""
    return {
        "NODE_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "CREDENTIAL_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "ALLOWED_HOSTS": "naryad.example.org",
        "PUBLIC_URL": "https://naryad.example.org",
        "FRONTEND_URL": "https://app.example.org",
    }
