"""PURE: how events are called: `ticket.created`, `order.paid`; and how long the words about them may be."""

from __future__ import annotations

from typing import Final

PATTERN: Final = r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$"
"""Small Latin letters and digits, in parts that a dot, an underscore or a hyphen separates."""

EXECUTION_FAILED: Final = "execution.failed"
ENGINE_FAILURES: Final = frozenset({EXECUTION_FAILED, "delivery.failed", "process.stuck", "job.missed"})
"""What the engine tells of its own failures. A run that one of them has started tells of no failure in its turn."""


def heard_as(name: str) -> list[str]:
    """All names under which a listener may have asked for the event: `a.b.c` is also `a.b.*` and `a.*`."""
    parts = name.split(".")
    return [name, *(".".join(parts[:length]) + ".*" for length in range(1, len(parts)))]


MAX_NAME: Final = 200
MAX_SUBJECT: Final = 200
MAX_DEDUPE_KEY: Final = 255
