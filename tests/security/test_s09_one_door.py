"""Who opens lines to other machines: each module that may, by what it opens them with."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import modules, name, parsed

CALLS = {"asyncio.open_connection", "psycopg.connect", "socket.create_connection"}
IMPORTS = {
    "aiohttp",
    "ftplib",
    "google.auth",
    "google.cloud",
    "http.client",
    "httpx",
    "imaplib",
    "poplib",
    "requests",
    "requests_hardened",
    "smtplib",
    "telegram",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "xmlrpc",
}
DOORS = {
    # Targets that people name: each goes to the address that `targets` has checked.
    "integrations/certificates.py": "looks at a certificate",
    "integrations/dialling.py": "knocks where a credential leads",
    "integrations/held_lines.py": "connects for `pinning` and for Telegram",
    "integrations/http.py": "the door of HTTP",
    "integrations/mailbox.py": "IMAP",
    "integrations/pinning.py": "connections of the door of HTTP",
    "integrations/redis_door.py": "keys",
    "integrations/sql.py": "databases",
    # Targets that the installation names.
    "config/installation_checks.py": "whether the mail server answers",
    "integrations/bigquery/child.py": "faults of Google's library",
    "integrations/bigquery/client.py": "Google's library",
    "integrations/mail/line.py": "SMTP of the installation, or a checked one",
    "integrations/telegram/client.py": "words of the Bot API",
    "integrations/telegram/line.py": "words of the Bot API",
    "integrations/telegram/emulator/webhook.py": "the Bot API that stands in for Telegram in a demo",
    "integrations/telegram/wire.py": "lines to the Bot API",
    # These only write or read what travels.
    "integrations/decoding.py": "reads a body",
    "integrations/ledger.py": "describes a request",
    "integrations/telegram/bot_api.py": "writes a form",
    "workflows/call_files.py": "writes a form",
}


def opened(tree: ast.Module) -> Iterator[str]:
    """What of `IMPORTS` a module imports, and of `CALLS` it calls."""
    for node in ast.walk(tree):
        said: list[str] = []
        if isinstance(node, ast.Import):
            said = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            said = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{node.value.id}.{node.attr}"
            yield from {called} & CALLS
        for line in IMPORTS:
            if any(word == line or word.startswith(f"{line}.") for word in said):
                yield line


def test_nobody_else_opens_a_line() -> None:
    """S9: a second door, past the check of addresses, is seen here before it is used."""
    product = ("config/", "executions/", "workflows/", "tickets/", "integrations/", "accounts/")
    found = {
        name(path) for path in modules(tests=False) if name(path).startswith(product) and any(opened(parsed(path)))
    }
    assert found == set(DOORS)
