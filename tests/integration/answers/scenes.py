"""What several tests of the answers set up: other projects, time that passes, threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from accounts import clock
from accounts.models import Project
from executions import sweeps


def project(code: str) -> Project:
    return Project.objects.get_or_create(code=code, defaults={"name": code})[0]


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """The database's clock as it will be in `seconds`."""
    clock.shift(connection, seconds)
    try:
        yield
    finally:
        clock.shift(connection, 0)


def end_rests(seconds: float = 3600) -> None:
    """Time passes until every rest and wait of the next hour is over."""
    with later(seconds):
        sweeps.wake_due()


def in_thread(work: Callable[[], object]) -> None:
    """Do something in a thread that gives its connection back."""
    try:
        work()
    finally:
        connection.close()
