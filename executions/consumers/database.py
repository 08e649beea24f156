"""The database for code that must not block: a few threads of its own, and patience when PostgreSQL restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import structlog
from channels.db import DatabaseSyncToAsync
from django.db import InterfaceError, OperationalError

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
"""Sockets of a process share these, so that a thousand of them cannot take the connections of the REST API."""

RETRY_SECONDS = 1.0

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sockets")


async def in_database(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Call a function that asks the database, in one of our threads. Raises what it raises."""
    call = DatabaseSyncToAsync(function, thread_sensitive=False, executor=_threads)
    result: T = await call(*args, **options)
    return result


async def patiently(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """The same, again and again while the database is away."""
    while True:
        try:
            return await in_database(function, *args, **options)
        except (OperationalError, InterfaceError) as error:
            log.warning("database_away", error=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)
