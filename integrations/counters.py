"""Counts of things that should not happen, over all processes: a help to notice them, lost with Valkey's memory."""

from __future__ import annotations

from typing import Final

from integrations.valkey import SharedScript

PREFIX: Final = "naryad:"

_ADD = SharedScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
_READ = SharedScript("return tonumber(redis.call('GET', KEYS[1]) or 0) or 0")


def add(name: str, *, by: int = 1) -> None:
    """So many more; nothing happens while Valkey is away."""
    _ADD.run([PREFIX + name], [by], otherwise=0)


def read(name: str) -> int | None:
    """How many there were since Valkey began to remember; None while it is away."""
    found = _READ.run([PREFIX + name], [], otherwise=None)
    return None if found is None else int(found)
