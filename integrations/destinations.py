"""PURE: where in BigQuery rows go, when a node says so itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Destination:
    """A table by name; rows with the same values under `keys` replace each other there, whichever run they are of."""

    table: str
    keys: tuple[str, ...] = ()
