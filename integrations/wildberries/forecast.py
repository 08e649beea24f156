"""PURE: how long the limits of Wildberries will make requests take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, runtime_checkable

from integrations.wildberries.batches import MAX_DAYS, MAX_IDS, MAX_PAIRS, MAX_QUERY_DAYS
from integrations.wildberries.limits import Limit, Method

REQUEST_SECONDS: Final = 0.5
"""What a request itself takes, about."""


@dataclass(frozen=True)
class Size:
    """How much there is to ask for: campaigns, and pairs of a campaign and an article."""

    campaigns: int
    pairs: int


@runtime_checkable
class Paced(Protocol):
    """A node type whose requests can be counted before it runs."""

    def requests(self, config: Any, size: Size, today: date) -> Mapping[Method, int]:
        """How many requests of each method a node with this checked config will make."""


class Slots:
    """When the requests of one method may go, in seconds from now: a bucket that is looked at and not used.

    Without a `limit` nothing is held back but for the `rest` that a 429 asked for.
    """

    def __init__(self, limit: Limit | None, *, rest: float = 0.0, backlog: float = 0.0) -> None:
        self._limit = limit
        self._rest = rest
        self._full_at = backlog

    def spend(self, requests: int, *, start: float) -> float:
        """When the last of `requests` that begin at `start` has been answered; these places are taken then."""
        at = max(start, self._rest) if requests else start
        for _request in range(requests):
            if self._limit is not None:
                at = max(at, self._full_at - (self._limit.burst - 1) * self._limit.interval)
                self._full_at = max(self._full_at, at) + self._limit.interval
            at += REQUEST_SECONDS
        return at


def id_requests(ids: int, days: int = 1) -> int:
    """Requests for so many campaigns, over so many days, where those count."""
    return math.ceil(ids / MAX_IDS) * math.ceil(days / MAX_DAYS)


def pair_requests(pairs: int, days: int) -> int:
    """Requests for the search queries of so many pairs over so many days."""
    return math.ceil(pairs / MAX_PAIRS) * math.ceil(days / MAX_QUERY_DAYS)


def day_count(days: tuple[date, date]) -> int:
    """How many days lie between a first and a last one, both included."""
    return (days[1] - days[0]).days + 1
