"""What the environment names, and what is put in the place of things that it does not name."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import PRINTED_DATABASE_URL, PRINTED_REDIS_HOST, PRINTED_REDIS_PORT, env, installation_secret
from config.unsafe_values import refuse_unsafe
from devtools.bootstrap import ROOT
from devtools.installation import Installation, Refused
from integrations.telegram.emulator.identity import TOKEN

DEFAULT_PORT = 3001
PORTS = ("PORT", "WB_SANDBOX_PORT", "TELEGRAM_EMULATOR_PORT", "REDIS_PORT")
WILDBERRIES_URLS = {
    "WB_API_BASE_URL": "https://advert-api.wildberries.ru",
    "WB_ANALYTICS_BASE_URL": "https://statistics-api.wildberries.ru",
}
TELEGRAM_URL = "https://api.telegram.org/bot"
KEPT_IN_A_SANDBOX = frozenset({"PORT", "LOG_LEVEL"})


@dataclass(frozen=True)
class Plan:
    """The variables that every process gets, and which servers we run ourselves."""

    variables: Mapping[str, str]
    port: int
    embedded_postgres: bool
    embedded_valkey: bool
    sandbox_port: int | None
    """Where the Wildberries sandbox listens; None when the real API, or another server of it, is used."""
    sandbox_delay: float = 0.0
    """Seconds that the sandbox thinks before each answer."""
    emulator_port: int | None = None
    """Where Telegram is played; None when there is a real bot, or nobody plays it."""
    bot: bool = False
    """Whether a process of ours fetches what people write; else it is brought to the web process."""
    webhook: bool = False
    """Whether a real Telegram is told where to bring it."""
    production: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def as_named(installation: Installation) -> Plan:
    """Servers that the environment names are used as they are, the rest is embedded.

    Raises Refused for what no installation may start with; production embeds nothing.
    """
    try:
        refuse_unsafe(os.environ)
    except ImproperlyConfigured as faults:
        raise Refused(str(faults)) from None
    production = env.is_production
    warnings: list[str] = []
    _refuse_strange_ports()
    port = env.int("PORT", default=DEFAULT_PORT)
    postgres = _postgres_is_ours(warnings)
    valkey = _valkey_is_ours(warnings)
    return Plan(
        variables={**os.environ, **_addresses(installation, postgres=postgres, valkey=valkey)},
        port=port,
        embedded_postgres=postgres,
        embedded_valkey=valkey,
        sandbox_port=None if production else _sandbox_port(port),
        sandbox_delay=env.float("WB_SANDBOX_DELAY", default=0.0),
        emulator_port=None if production else _emulator_port(port),
        bot=_has_bot() and not _wants_webhook(),
        webhook=_has_bot() and _wants_webhook(),
        production=production,
        warnings=warnings,
    )


def sandbox(installation: Installation) -> Plan:
    """Everything embedded, whatever the environment and `.env` name: for the demo and the tests."""
    _refuse_strange_ports()
    port = env.int("PORT", default=DEFAULT_PORT)
    named = known_names() - KEPT_IN_A_SANDBOX
    return Plan(
        variables={
            **{name: value for name, value in os.environ.items() if name not in named},
            **_addresses(installation, postgres=True, valkey=True),
            "NARYAD_ENV_FILE": os.devnull,
        },
        port=port,
        embedded_postgres=True,
        embedded_valkey=True,
        sandbox_port=port + 1,
    )


def known_names() -> frozenset[str]:
    """Every variable that `.env.example` explains."""
    text = (ROOT / ".env.example").read_text()
    return frozenset(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def _addresses(installation: Installation, *, postgres: bool, valkey: bool) -> dict[str, str]:
    found = {"NARYAD_VAR": str(installation.var)}
    if postgres:
        folder = quote(str(installation.postgres_socket_folder), safe="/")
        found["DATABASE_URL"] = f"postgresql://postgres@/naryad?host={folder}"
    if valkey:
        found["REDIS_URL"] = f"unix://{quote(str(installation.valkey_socket), safe='/')}?db=0"
    return found


def _postgres_is_ours(warnings: list[str]) -> bool:
    url = env.str("DATABASE_URL", default="")
    if not url:
        return True
    if url.split("?")[0] == PRINTED_DATABASE_URL and not env.is_production and not answers(*database_address(url)):
        warnings.append(
            "DATABASE_URL is the printed example and nothing answers there: the embedded PostgreSQL is used instead"
        )
        return True
    return False


def _valkey_is_ours(warnings: list[str]) -> bool:
    if env.str("REDIS_URL", default=""):
        return False
    host, port = env.str("REDIS_HOST", default=""), env.int("REDIS_PORT", default=PRINTED_REDIS_PORT)
    if not host:
        return True
    printed = (host, port) == (PRINTED_REDIS_HOST, PRINTED_REDIS_PORT) and not env.str("REDIS_PASSWORD", default="")
    if printed and not env.is_production and not answers(host, port):
        warnings.append(
            "REDIS_HOST is the printed example and nothing answers there: the embedded Valkey is used instead"
        )
        return True
    return False


def _refuse_strange_ports() -> None:
    """Raises Refused for a variable that should name a port and does not."""
    for name in PORTS:
        written = env.str(name, default="1")
        if not written.isdecimal() or not 0 < int(written) < 65_536:
            raise Refused(f"{name} is no port: {written!r}; write a number from 1 to 65535")


def _sandbox_port(port: int) -> int | None:
    """The sandbox plays Wildberries as long as there is neither a key nor an address of another server."""
    elsewhere = any(env.str(name, default=real).rstrip("/") != real for name, real in WILDBERRIES_URLS.items())
    if elsewhere or env.str("WB_API_KEY", default=""):
        return None
    return env.int("WB_SANDBOX_PORT", default=port + 1)


def _has_bot() -> bool:
    return bool(env.str("TELEGRAM_BOT_TOKEN", default=""))


def _wants_webhook() -> bool:
    return env.str("TELEGRAM_MODE", default="polling") == "webhook"


def _emulator_port(port: int) -> int | None:
    """Telegram is played as long as there is neither a token nor an address of another server."""
    elsewhere = (env.str("TELEGRAM_API_BASE_URL", default="") or TELEGRAM_URL).rstrip("/") != TELEGRAM_URL
    if elsewhere or _has_bot():
        return None
    return env.int("TELEGRAM_EMULATOR_PORT", default=port + 2)


def emulator_variables(plan: Plan) -> dict[str, str]:
    """What makes the played Telegram the one of this installation. It brings updates, so no process fetches them."""
    url = f"http://127.0.0.1:{plan.emulator_port}"
    file = webhook_secret_file(plan)
    return {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": f"{url}/bot",
        "TELEGRAM_API_FILE_BASE_URL": f"{url}/file/bot",
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_WEBHOOK_SECRET": installation_secret(file.name, folder=file.parent),
    }


def webhook_secret_file(plan: Plan) -> Path:
    """Where `emulator_variables` keeps what the played Telegram says about itself."""
    return Path(plan.variables["NARYAD_VAR"]) / "secrets" / "TELEGRAM_WEBHOOK_SECRET"


def sandbox_variables(port: int) -> dict[str, str]:
    """What sends every Wildberries call to the sandbox, which wants some token and does not mind which."""
    return {**dict.fromkeys(WILDBERRIES_URLS, f"http://127.0.0.1:{port}"), "WB_API_KEY": "sandbox"}


def database_address(url: str) -> tuple[str, int]:
    """Host and port of a PostgreSQL URL; a host that starts with `/` is the folder of its Unix socket."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host", [""])[0]
    return parts.hostname or unquote(folder) or "localhost", parts.port or 5432


def valkey_address(variables: Mapping[str, str]) -> tuple[str, int]:
    """Host and port that REDIS_URL or else REDIS_HOST and REDIS_PORT name; a Unix socket's path stands as host."""
    url = variables.get("REDIS_URL", "")
    if url:
        parts = urlsplit(url)
        return parts.hostname or unquote(parts.path), parts.port or PRINTED_REDIS_PORT
    return env.str("REDIS_HOST", default=PRINTED_REDIS_HOST), env.int("REDIS_PORT", default=PRINTED_REDIS_PORT)


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there within a second; `host` may be a Unix socket, or its folder."""
    try:
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(f"{host}/.s.PGSQL.{port}" if os.path.isdir(host) else host)
        else:
            socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
