"""PURE: the engine's own settings of a node and of a graph, as the definition states them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Backoff = Literal["fixed", "exponential"]
Join = Literal["any", "all_resolved", "all_live"]
OnError = Literal["fail", "continue", "error_port"]
OnWorkerLost = Literal["retry", "fail"]


@dataclass(frozen=True)
class RetryPolicy:
    """How often a step is tried and how long it rests in between.

    `attempts` counts all tries, the first one included; `delay_seconds` is the first rest, doubled each time when
    the back-off is exponential, never above `cap_seconds`.
    """

    attempts: int = 1
    backoff: Backoff = "exponential"
    delay_seconds: float = 5.0
    cap_seconds: float = 300.0


@dataclass(frozen=True)
class GraphSettings:
    """What holds for a whole run.

    `deadline_seconds` counts from its start; None means no deadline. `retention_days` says how long it is kept after
    its end: 0 is for ever, None as the installation has it.
    """

    deadline_seconds: float | None = None
    retention_days: float | None = None
