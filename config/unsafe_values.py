"""What an installation must not start with. Production is checked when the settings are read, by every process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.core.exceptions import ImproperlyConfigured

from config.env import PLACEHOLDERS, PRINTED_DATABASE_URL, SMALLEST_SECRET

FEWEST_DIFFERENT_CHARACTERS = 10
WEAK_WORDS = re.compile(r"change.?me|default|example|insecure|password|placeholder|secret|your[_-]", re.IGNORECASE)
MAKE_A_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - a command, no secret
MAKE_A_KEY = "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
MODES = ("development", "test", "production")


def refuse_unsafe(environment: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured that names every unsafe variable at once, each with its cure."""
    faults = list(_faults(environment))
    if faults:
        raise ImproperlyConfigured(
            "This installation refuses to start:\n" + "\n".join(f"  * {line}" for line in faults)
        )


def _faults(environment: Mapping[str, str]) -> Iterator[str]:
    values = {name: value.strip() for name, value in environment.items() if value.strip()}
    mode = values.get("NODE_ENV", "development")
    if mode not in MODES:
        yield f"NODE_ENV is {mode!r}; it is one of {', '.join(MODES)}"
    if mode != "production":
        return
    yield from _secret_faults(values)
    yield from _address_faults(values)
    for name, placeholder in PLACEHOLDERS.items():
        if name != "JWT_SECRET" and values.get(name) == placeholder:
            yield f"{name} holds the placeholder of the documentation; set the real value or remove the line"


def _secret_faults(values: Mapping[str, str]) -> Iterator[str]:
    for name in ("SECRET_KEY", "JWT_SECRET"):
        secret = values.get(name, "")
        cure = f"set a random one: {MAKE_A_SECRET}"
        if not secret:
            yield f"{name} is missing; {cure}"
        elif secret == PLACEHOLDERS.get(name) or WEAK_WORDS.search(secret):
            yield f"{name} is a default or a word; {cure}"
        elif len(secret) < SMALLEST_SECRET or len(set(secret)) < FEWEST_DIFFERENT_CHARACTERS:
            yield f"{name} is too short or too simple ({SMALLEST_SECRET} characters are needed); {cure}"
    token = values.get("METRICS_TOKEN")
    if token and (len(token) < SMALLEST_SECRET or len(set(token)) < FEWEST_DIFFERENT_CHARACTERS):
        yield f"METRICS_TOKEN is too short or too simple; set a random one, or none: {MAKE_A_SECRET}"
    if not values.get("CREDENTIAL_KEYS"):
        yield "CREDENTIAL_KEYS is missing; stored credentials are encrypted with it, so keep it safe: " + MAKE_A_KEY
    if values.get("SECRET_KEY") and values.get("SECRET_KEY") == values.get("JWT_SECRET"):
        yield "SECRET_KEY and JWT_SECRET are equal; whoever learns one must not hold the other"


def _address_faults(values: Mapping[str, str]) -> Iterator[str]:
    if not values.get("DATABASE_URL"):
        yield "DATABASE_URL is missing; production uses a PostgreSQL of its own: postgresql://USER:PASSWORD@HOST:5432/NAME"
    elif values["DATABASE_URL"].split("?")[0] == PRINTED_DATABASE_URL:
        yield "DATABASE_URL holds the placeholder of the documentation; name your PostgreSQL"
    if not values.get("REDIS_URL") and not values.get("REDIS_HOST"):
        yield "REDIS_HOST (or REDIS_URL) is missing; production uses a Valkey or Redis of its own"
    hosts = [host.strip() for host in values.get("ALLOWED_HOSTS", "").split(",")]
    if not values.get("ALLOWED_HOSTS"):
        yield "ALLOWED_HOSTS is missing; name the hosts under which people reach this installation, comma separated"
    elif "*" in hosts:
        yield "ALLOWED_HOSTS holds `*`; name the hosts"
    if "*" in values.get("FRONTEND_URL", ""):
        yield "FRONTEND_URL holds `*`; name the origins, comma separated"
