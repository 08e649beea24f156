"""PURE: collecting statistics request by request, over any number of runs: what is fetched, what failed, what is left.

The state is JSON, so that a step can give its worker back while it waits and go on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from integrations.errors import OutboundError
from integrations.wildberries.batches import StatisticsBatch, statistics_batches
from integrations.wildberries.errors import sentence_of, wording
from integrations.wildberries.schemas import CampaignStatistics
from integrations.wildberries.statistics import Level, merged, statistic_items

MAX_ROUNDS = 5
"""How often requests that failed on the other side are made again, when others were answered."""

MAX_REST_SECONDS = 60.0
MISSING = _("Wildberries не дал статистики по этим кампаниям")


@dataclass
class Collection:
    """`pending` and `failed` are numbers of batches; `errors` are ready for people: what is missing, and why."""

    ids: list[int]
    begin: date
    end: date
    level: Level
    pending: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    rounds: int = 0
    refusals: int = 0
    answered: int = 0
    collected: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    reason: dict[str, Any] | None = None

    @classmethod
    def plan(cls, ids: Iterable[int], *, begin: date, end: date, level: Level) -> Self:
        """Nothing is fetched yet."""
        plan = cls(list(ids), begin, end, level)
        plan.pending = list(range(len(plan.batches)))
        return plan

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        days = {name: date.fromisoformat(state[name]) for name in ("begin", "end")}
        return cls(**{**state, **days})

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "begin": self.begin.isoformat(), "end": self.end.isoformat()}

    @property
    def batches(self) -> list[StatisticsBatch]:
        return statistics_batches(self.ids, self.begin, self.end)

    @property
    def items(self) -> list[dict[str, Any]]:
        """What was fetched, one item per campaign, day, platform or article as the level says."""
        return merged(self.collected)

    def begin_with(self, number: int) -> None:
        """Ask in another order, as long as nothing was answered: one faulty batch must not hide the others for ever."""
        if self.pending and not self.answered:
            shift = number % len(self.pending)
            self.pending = self.pending[shift:] + self.pending[:shift]

    def next_batch(self) -> StatisticsBatch | None:
        """The request to make now; None when this round is over."""
        return self.batches[self.pending[0]] if self.pending else None

    def add(self, answer: Iterable[CampaignStatistics]) -> int:
        """Take the answer to the next batch. Gives the number of campaigns that it says nothing of.

        An empty answer means "no data", but campaigns missing among others are told in `errors`.
        """
        batch = self._finish()
        asked = [campaign for campaign in answer if campaign.id in batch.ids]
        missing = sorted(set(batch.ids) - {campaign.id for campaign in asked})
        self.answered += 1
        self.collected += statistic_items(asked, self.level)
        if asked and missing:
            told = {"code": "missing", "error": str(MISSING), "status": 200, "retryable": False}
            self.errors.append(_entry(batch, ids=missing, **told))
        return len(missing)

    def refuse(self, error: OutboundError) -> None:
        """The next batch was refused: it goes to `errors`, and the first of them is the `reason`."""
        self.reason = self.reason or sentence_of(error)
        self.errors.append(_failure(self._finish(), error))

    def postpone(self, error: OutboundError) -> None:
        """The next batch failed on the other side: it is asked again in the next round, up to a limit."""
        if self.rounds >= MAX_ROUNDS:
            self.refuse(error)
            return
        self.failed.append(self.pending[0])
        self._finish()

    def start_round(self) -> float:
        """Make what failed pending again; gives the seconds to rest before: doubled each time, with jitter."""
        self.pending, self.failed = self.failed, []
        self.rounds += 1
        return min(2.0**self.rounds, MAX_REST_SECONDS) * random.uniform(0.75, 1.25)  # noqa: S311

    def _finish(self) -> StatisticsBatch:
        self.refusals = 0
        return self.batches[self.pending.pop(0)]


def _failure(batch: StatisticsBatch, error: OutboundError) -> dict[str, Any]:
    return _entry(
        batch,
        code=error.code,
        error=wording(error),
        ids=list(batch.ids),
        status=error.details.get("status"),
        retryable=error.transient,
        requestId=error.details.get("requestId"),
    )


def _entry(batch: StatisticsBatch, **told: Any) -> dict[str, Any]:
    return {"begin": batch.begin.isoformat(), "end": batch.end.isoformat(), "requestId": None, **told}
