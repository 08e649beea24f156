"""Typed reading of the environment: the process's own variables first, then `.env` beside `manage.py`.

A blank variable counts as unset. So does, in development, a value that the documentation prints as a placeholder
(`your_wildberries_api_key`): the printed block pasted as it is starts an installation. Production refuses
placeholders (`config.unsafe_values`).
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = (BASE_DIR / (os.environ.get("NARYAD_VAR") or "var")).resolve()

PLACEHOLDERS = {
    "JWT_SECRET": "your_jwt_secret_key",
    "WB_API_KEY": "your_wildberries_api_key",
    "GCP_PROJECT_ID": "your_google_cloud_project_id",
    "GOOGLE_APPLICATION_CREDENTIALS": "/path/to/your/keyfile.json",
}
"""Values that the documentation prints and that can never be meant."""

PRINTED_DATABASE_URL = "postgresql://user:password@localhost:5432/database_name"
PRINTED_REDIS_HOST = "localhost"
PRINTED_REDIS_PORT = 6379
"""Addresses that the documentation prints: something of that name may really be there."""

SMALLEST_SECRET = 32
"""Characters that a signing key needs."""


class Environment(environ.Env):
    """`environ.Env` that knows blank and placeholder values, and remembers which names were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: Any = False
    ) -> Any:
        self.names.add(var)
        if default is not self.NOTSET and self._counts_as_unset(var):
            return default
        return super().get_value(var, cast=cast, default=default, parse_default=parse_default)

    def db_url(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """The database's settings. A host among the address's options, as a Unix socket needs it, is `HOST` like any
        other: `manage.py dbshell` knows of no options."""
        found: dict[str, Any] = super().db_url(*arguments, **options)
        host = found.get("OPTIONS", {}).pop("host", "")
        return {**found, "HOST": host} if host else found

    def _counts_as_unset(self, var: str) -> bool:
        value = os.environ.get(var, "").strip()
        return not value or (not self.is_production and PLACEHOLDERS.get(var) == value)

    @property
    def is_production(self) -> bool:
        return os.environ.get("NODE_ENV", "").strip() == "production"


def installation_secret(
    name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48), folder: Path = VAR_DIR / "secrets"
) -> str:
    """The secret `name` of this installation: random, made at first use, kept in `folder` with mode 0600.

    For development only; of processes that start together the first one decides.
    """
    path = folder / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def signing_key(secret: str) -> str:
    """A short JWT secret is stretched in development; production refuses it (`config.unsafe_values`)."""
    return secret if len(secret) >= SMALLEST_SECRET else hashlib.sha256(secret.encode()).hexdigest()


env = Environment()
ENV_FILE = os.environ.get("NARYAD_ENV_FILE") or str(BASE_DIR / ".env")
if os.path.isfile(ENV_FILE):
    # Stripped line by line: the block that the documentation prints stands indented inside a list.
    env.read_env(io.StringIO("\n".join(map(str.strip, Path(ENV_FILE).read_text().splitlines()))))
