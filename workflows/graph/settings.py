"""PURE: the engine's own settings of a node and of a graph, as the definition states them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Backoff = Literal["fixed", "exponential"]
Join = Literal["any", "all_resolved", "all_live"]
OnError = Literal["fail", "continue", "error_port"]
OnWorkerLost = Literal["retry", "fail"]
WhenEmpty = Literal["pass", "skip", "item"]
"""What becomes of a port that fires without items: it fires, it does not, or it fires with one empty item."""
WhenFull = Literal["queue", "drop", "fail"]


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
class Concurrency:
    """How many runs of the workflow may be going on at once.

    `key` is a template over the run's `inputData`: runs with different keys do not hinder each other. `when_full` says
    what becomes of a start beyond the limit: it waits, it is recorded as stopped, or it is refused.
    """

    limit: int
    key: str = ""
    when_full: WhenFull = "queue"


@dataclass(frozen=True)
class GraphSettings:
    """What holds for a whole run.

    `deadline_seconds` counts from its start; None means no deadline. `retention_days` says how long it is kept after
    its end: 0 is for ever, None as the installation has it. `error_workflow` is the id or code of the workflow that is
    started when a run fails; None as the installation has it. `bigquery` lets stored rows go on to BigQuery, where the
    installation has it.
    """

    deadline_seconds: float | None = None
    retention_days: float | None = None
    concurrency: Concurrency | None = None
    error_workflow: str | None = None
    bigquery: bool = True
