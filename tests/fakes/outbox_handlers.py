"""Handlers for outbox topics of tests: they remember what they were given and fail on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from integrations.errors import RateLimited, Unreachable

seen: list[Any] = []
entered = threading.Event()
go_on = threading.Event()
during: list[Callable[[], None]] = []


def reset() -> None:
    seen.clear()
    during.clear()
    entered.clear()
    go_on.clear()


def record(payload: dict[str, Any]) -> None:
    """Remember the payload, after doing what the test put into `during`."""
    for action in during:
        action()
    seen.append(payload["n"])


def break_down(payload: dict[str, Any]) -> None:
    """A defect: an error without a type of ours, whose text holds data."""
    seen.append(payload["n"])
    raise ValueError("secret data 4711")


def find_nobody(payload: dict[str, Any]) -> None:
    """The other side is away."""
    seen.append(payload["n"])
    raise Unreachable(host="example.org")


def be_limited(payload: dict[str, Any]) -> None:
    """The other side asks for patience."""
    seen.append(payload["n"])
    raise RateLimited(retry_after=40.0)


def wait(payload: dict[str, Any]) -> None:
    """Stay inside until the test says so."""
    entered.set()
    assert go_on.wait(30)
    seen.append(payload["n"])
