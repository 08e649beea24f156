"""Where the servers of the measured installation are: all contenders use the same two."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

import psycopg

CANVAS_BROKER: Final = 10
CANVAS_RESULTS: Final = 11
ROWS_BROKER: Final = 12
"""Numbers of Valkey's databases; the installation itself lives in another one."""

SCHEMA: Final = "naryad_bench"
"""Holds the tables of the others. It is dropped when the measuring ends."""


def connect() -> psycopg.Connection:
    """A connection of its own that commits every statement and prepares it at its first use."""
    url = os.environ["DATABASE_URL"]
    options = f"-c search_path={SCHEMA},public"
    return psycopg.connect(f"postgresql{url[url.index(':') :]}", autocommit=True, prepare_threshold=0, options=options)


def valkey(number: int) -> str:
    """The address of one database of Valkey, as Celery writes it."""
    parts = urlsplit(os.environ["REDIS_URL"])
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host={number}"
    return parts._replace(path=f"/{number}").geturl()
