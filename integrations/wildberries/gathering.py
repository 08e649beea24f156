"""Fetching request by request, over any number of runs of a step: what is fetched, what failed, what is left.

The state is JSON, so that a step can give its worker back while it waits and go on where it stopped.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from django.utils.translation import gettext_lazy as _

from integrations.errors import Cancelled, CircuitOpen, ForbiddenTarget, OutboundError, RateLimited
from integrations.wildberries.errors import AccessDenied, TokenRejected, sentence_of, wording

Batch = dict[str, Any]
"""What one request asks for, as JSON: ids or pairs, first and last day. It is told as it is when it failed."""

MAX_ROUNDS: Final = 5
"""How often requests that failed on the other side are made again, when others were answered."""

MAX_REFUSALS: Final = 5
"""How often in a row the same request may be answered 429 before the step fails."""

MAX_REST_SECONDS: Final = 60.0
DEFAULT_REST_SECONDS: Final = 20.0
HAND_BACK_SECONDS: Final = 45.0
"""With less time than this left, a step with more to ask is run again instead: one request may take thirty."""

STOPPING: Final = (TokenRejected, AccessDenied, ForbiddenTarget, Cancelled)
"""Refusals that would meet every other request too."""

MISSING = _("В ответе Wildberries этого нет")


@dataclass(frozen=True)
class Taken:
    """What one answer brought. `missing` is the part of the batch that it says nothing of, `following` is to be asked
    next, `kept` counts rows that were stored and not collected."""

    items: Sequence[dict[str, Any]] = ()
    missing: Batch | None = None
    following: Sequence[Batch] = ()
    kept: int = 0


@dataclass(frozen=True)
class Rest:
    """When and why to go on: not a failure. `host` is the server that has to be left alone."""

    seconds: float
    reason: str
    host: str | None = None


@dataclass
class Gathering:
    """`pending` and `failed` are batches; `errors` are ready for people: what is missing, and why. `facts` are what
    was settled at the start and must not change however long it takes (days, counts), as JSON."""

    pending: list[Batch]
    facts: dict[str, Any] = field(default_factory=dict)
    failed: list[Batch] = field(default_factory=list)
    rounds: int = 0
    refusals: int = 0
    answered: int = 0
    kept: int = 0
    collected: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    reason: dict[str, Any] | None = None

    @classmethod
    def plan(cls, batches: Iterable[Batch], **facts: Any) -> Self:
        """Nothing is fetched yet."""
        return cls(pending=list(batches), facts=facts)

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        return cls(**state)

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    def begin_with(self, number: int) -> None:
        """Ask in another order, as long as nothing was answered: one faulty batch must not hide the others for ever."""
        if self.pending and not self.answered:
            shift = number % len(self.pending)
            self.pending = self.pending[shift:] + self.pending[:shift]

    def add(self, taken: Taken) -> None:
        """Take the answer to the next batch. What is missing among other data is told in `errors`."""
        batch = self._finish()
        self.answered += 1
        self.kept += taken.kept
        self.collected += taken.items
        self.pending[:0] = taken.following
        if taken.items and taken.missing is not None:
            told = {"code": "missing", "error": str(MISSING), "status": 200, "retryable": False, "requestId": None}
            self.errors.append({**batch, **taken.missing, **told})

    def refuse(self, error: OutboundError) -> None:
        """The next batch was refused: it goes to `errors`, and the first of them is the `reason`."""
        self.reason = self.reason or sentence_of(error)
        told = {
            "code": error.code,
            "error": wording(error),
            "status": error.details.get("status"),
            "retryable": error.transient,
            "requestId": error.details.get("requestId"),
        }
        self.errors.append({**self._finish(), **told})

    def postpone(self, error: OutboundError) -> None:
        """The next batch failed on the other side: it is asked again in the next round, up to a limit."""
        if self.rounds >= MAX_ROUNDS:
            self.refuse(error)
        else:
            self.failed.append(self._finish())

    def start_round(self) -> float:
        """Make what failed pending again; gives the seconds to rest before: doubled each time, with jitter."""
        self.pending, self.failed = self.failed, []
        self.rounds += 1
        return min(2.0**self.rounds, MAX_REST_SECONDS) * random.uniform(0.75, 1.25)  # noqa: S311

    def _finish(self) -> Batch:
        self.refusals = 0
        return self.pending.pop(0)


def gather(
    work: Gathering,
    ask: Callable[[Batch], Taken],
    *,
    deadline: float,
    on_failure: Callable[[Batch, OutboundError], None],
    reserve: float = HAND_BACK_SECONDS,
) -> Rest | None:
    """Ask for one batch after the other; gives when to go on, or None when there is no more to ask.

    `deadline` is a `time.monotonic()`; with less than `reserve` seconds to it nothing more is begun. As long as nothing
    at all was answered a fault of the other side is raised, so that the retry policy decides; later it costs its batch
    only. Raises what would meet every request (`STOPPING`).
    """
    while work.pending:
        if work.answered and deadline - time.monotonic() < reserve:
            return Rest(0.0, "time_slice")
        batch = work.pending[0]
        try:
            taken = ask(batch)
        except (RateLimited, CircuitOpen) as error:
            return _rest(work, error)
        except STOPPING:
            raise
        except OutboundError as error:
            if error.transient and not work.answered:
                raise
            (work.postpone if error.transient else work.refuse)(error)
            on_failure(batch, error)
        else:
            work.add(taken)
    return Rest(work.start_round(), "server_fault") if work.failed else None


def _rest(work: Gathering, error: OutboundError) -> Rest:
    """The limit or the breaker says when to go on. Only endless refusals are a failure."""
    if error.details.get("status") == 429:
        work.refusals += 1
    if work.refusals > MAX_REFUSALS:
        raise error
    return Rest(error.retry_after or DEFAULT_REST_SECONDS, error.code, error.details.get("host"))
