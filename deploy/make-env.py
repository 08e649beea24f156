#!/usr/bin/env python3
"""Writes `.env` of a production installation: random secrets, and what is asked for on the command line.

    python3 deploy/make-env.py --host naryad.example.org [--file .env]

Needs Python alone. A file that is there is kept: only what is missing in it is added, so it may be run again.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
from pathlib import Path


def wanted(host: str) -> dict[str, str]:
    """Name to value of everything that a production installation needs from the start."""
    return {
        "NODE_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "CREDENTIAL_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "REDIS_PASSWORD": secrets.token_urlsafe(24),
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        "TELEGRAM_CLIENT_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        "METRICS_TOKEN": secrets.token_urlsafe(32),
        "ALLOWED_HOSTS": f"{host},127.0.0.1",
        "PUBLIC_URL": f"https://{host}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the .env of a production installation.")
    parser.add_argument("--host", required=True, help="the name under which people reach it")
    parser.add_argument("--file", type=Path, default=Path(".env"))
    given = parser.parse_args()
    text = given.file.read_text() if given.file.exists() else ""
    there = set(re.findall(r"^([A-Z_]+)=.*\S", text, re.MULTILINE))
    lines = [f"{name}={value}" for name, value in wanted(given.host).items() if name not in there]
    descriptor = os.open(given.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    with open(descriptor, "a") as file:
        file.write("\n" * (bool(text) and not text.endswith("\n")) + "\n".join(lines) + "\n" * bool(lines))


if __name__ == "__main__":
    main()
