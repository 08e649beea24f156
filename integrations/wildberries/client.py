"""Reads a seller's advertising at Wildberries. One method is one request, paced before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Self, TypeVar

from django.conf import settings
from pydantic import BaseModel, ValidationError

from integrations.http import Door
from integrations.scope import CallScope
from integrations.wildberries import tokens
from integrations.wildberries.batches import MAX_IDS, StatisticsBatch, moscow_day
from integrations.wildberries.errors import TokenMissing, UnexpectedAnswer, error_of
from integrations.wildberries.limits import Method
from integrations.wildberries.pacing import Pace
from integrations.wildberries.schemas import (
    CampaignCounts,
    CampaignDetails,
    CampaignGroup,
    CampaignList,
    CampaignStatistics,
    FullStatistics,
)

TIMEOUT_SECONDS = 30.0
MAX_BYTES = 30_000_000
"""Fifty campaigns, thirty-one days, three platforms and a handful of articles are about five million."""

ShapeT = TypeVar("ShapeT", bound=BaseModel)


class WildberriesClient:
    """Every method raises an `OutboundError` where Wildberries gives no data; `RateLimited` also before it is asked.

    `today` is the day in Moscow at the start of this step: what is asked may not depend on how long it takes.
    """

    def __init__(self, *, door: Door, pace: Pace, base_url: str, token: str, today: date) -> None:
        self._door = door
        self._pace = pace
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._expires_at = tokens.read(token).expires_at
        self.today = today

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """With the installation's token and addresses. Raises `TokenMissing`."""
        token = tokens.bare(settings.WB_API_KEY)
        if not token:
            raise TokenMissing
        base_url = settings.WB_API_BASE_URL
        return cls(
            door=Door(scope),
            pace=Pace(base_url=base_url, token=tokens.read(token)),
            base_url=base_url,
            token=token,
            today=moscow_day(datetime.now(UTC)),
        )

    @property
    def token_days_left(self) -> int | None:
        """Full days until the token expires, negative when it has; None when it does not say."""
        return (moscow_day(self._expires_at) - self.today).days if self._expires_at else None

    def campaign_groups(self) -> list[CampaignGroup]:
        """All campaigns of the seller, by type and status."""
        return self._get("count", "/adv/v1/promotion/count", {}, CampaignCounts).groups

    def campaigns(self, ids: Sequence[int]) -> list[CampaignDetails]:
        """Details of up to fifty campaigns; those of retired types are not among them."""
        if len(ids) > MAX_IDS:
            raise ValueError(f"{len(ids)} ids in one request, the limit is {MAX_IDS}")
        return self._get("adverts", "/api/advert/v2/adverts", {"ids": _csv(ids)}, CampaignList).campaigns

    def full_stats(self, batch: StatisticsBatch) -> list[CampaignStatistics]:
        """Figures of the campaigns of one batch, down to days, platforms and articles."""
        dates = {"beginDate": batch.begin.isoformat(), "endDate": batch.end.isoformat()}
        return self._get("fullstats", "/adv/v3/fullstats", {"ids": _csv(batch.ids), **dates}, FullStatistics).root

    def _get(self, method: Method, path: str, params: dict[str, str], shape: type[ShapeT]) -> ShapeT:
        self._pace.wait_turn(method)
        answer = self._door.request(
            "GET",
            self._base_url + path,
            headers={"Authorization": f"Bearer {self._token}"},
            params=params,
            timeout=TIMEOUT_SECONDS,
            max_bytes=MAX_BYTES,
        )
        if not 200 <= answer.status < 300:
            rest = self._pace.slow_down(method, answer.headers) if answer.status == 429 else None
            body = answer.body.replace(self._token.encode(), b"***")
            raise error_of(answer.status, body, method=method, retry_after=rest)
        return _shaped(answer.json(), shape, method)


def _csv(ids: Sequence[int]) -> str:
    return ",".join(str(number) for number in ids)


def _shaped(data: Any, shape: type[ShapeT], method: Method) -> ShapeT:
    """204 and `null` are "no data", which every shape can say."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise UnexpectedAnswer(method=method, where=where, fault=fault["type"]) from None
