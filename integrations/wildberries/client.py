"""Reads a seller's advertising, orders and sales at Wildberries. One method is one request, paced before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, Self, TypeVar

from django.conf import settings
from pydantic import BaseModel, ValidationError

from integrations.credential_kinds import WILDBERRIES
from integrations.errors import InvalidAnswer, UnsafeAnswer
from integrations.http import Answer, Door
from integrations.safe_json import UnsafeJSON
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.wildberries import tokens
from integrations.wildberries.batches import MAX_IDS, MAX_PAIRS, Pair, moscow_day
from integrations.wildberries.errors import TokenMissing, UnexpectedAnswer, error_of
from integrations.wildberries.json_rows import json_rows
from integrations.wildberries.limits import Method, Service
from integrations.wildberries.pacing import Pace
from integrations.wildberries.schemas import (
    BudgetList,
    CampaignBudget,
    CampaignCounts,
    CampaignDetails,
    CampaignGroup,
    CampaignList,
    CampaignStatistics,
    Expense,
    ExpenseList,
    FullStatistics,
    PairByDay,
    PairInTotal,
    QueriesByDay,
    QueriesInTotal,
)

Report = Literal["orders", "sales"]

TIMEOUT_SECONDS: Final = 30.0
PING_SECONDS: Final = 10.0
MAX_BYTES: Final = 30_000_000
"""Fifty campaigns, thirty-one days, three platforms and a handful of articles are about five million."""

REPORT_SECONDS: Final = 120.0
REPORT_BYTES: Final = 100_000_000
"""Eighty thousand orders, the most that one answer holds."""

ShapeT = TypeVar("ShapeT", bound=BaseModel)


@dataclass(frozen=True)
class _Request:
    """One call of a method: where it goes and what it says."""

    method: Method
    verb: str
    path: str
    service: Service = "promotion"
    params: Mapping[str, str] | None = None
    json: Any = None
    timeout: float = TIMEOUT_SECONDS
    max_bytes: int = MAX_BYTES


class WildberriesClient:
    """Every method raises an `OutboundError` where Wildberries gives no data; `RateLimited` also before it is asked.

    `today` is the day in Moscow at the start of this step: what is asked may not depend on how long it takes.
    """

    def __init__(self, *, door: Door, addresses: Mapping[Service, str], secret: Secret, today: date) -> None:
        self._door = door
        self._secret = secret
        self._addresses = {service: url.rstrip("/") for service, url in addresses.items()}
        self._token = tokens.bare(secret.value)
        self.token = tokens.read(self._token)
        self._paces = {service: Pace(base_url=url, token=self.token) for service, url in self._addresses.items()}
        self.today = today

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """With the installation's token. Raises `TokenMissing`."""
        token = tokens.bare(settings.WB_API_KEY)
        if not token:
            raise TokenMissing
        return cls.of_seller(scope, Secret(id="installation", kind=WILDBERRIES, value=token))

    @classmethod
    def of_seller(cls, scope: CallScope, secret: Secret) -> Self:
        """With this token, at the installation's addresses."""
        return cls(
            door=Door(scope),
            addresses={"promotion": settings.WB_API_BASE_URL, "statistics": settings.WB_ANALYTICS_BASE_URL},
            secret=secret,
            today=moscow_day(datetime.now(UTC)),
        )

    @property
    def token_days_left(self) -> int | None:
        """Full days until the token expires, negative when it has; None when it does not say."""
        return self.token.days_left(self.today)

    def ping(self, service: Service) -> None:
        """Ask whether the service knows the token; returns when it does."""
        self._call(_Request("ping", "GET", "/ping", service, timeout=PING_SECONDS))

    def campaign_groups(self) -> list[CampaignGroup]:
        """All campaigns of the seller, by type and status."""
        return self._read(_Request("count", "GET", "/adv/v1/promotion/count"), CampaignCounts).groups

    def campaigns(self, ids: Sequence[int]) -> list[CampaignDetails]:
        """Details of up to fifty campaigns; those of retired types are not among them."""
        request = _Request("adverts", "GET", "/api/advert/v2/adverts", params={"ids": _csv(_few(ids, MAX_IDS))})
        return self._read(request, CampaignList).campaigns

    def full_stats(self, ids: Sequence[int], begin: str, end: str) -> list[CampaignStatistics]:
        """Figures of up to fifty campaigns and thirty-one days, down to days, platforms and articles."""
        params = {"ids": _csv(_few(ids, MAX_IDS)), "beginDate": begin, "endDate": end}
        return self._read(_Request("fullstats", "GET", "/adv/v3/fullstats", params=params), FullStatistics).root

    def queries_by_day(self, pairs: Sequence[Pair], begin: str, end: str) -> list[PairByDay]:
        """Figures of search queries day by day, of up to a hundred pairs and thirty days."""
        items = [{"advertId": campaign, "nmId": article} for campaign, article in _few(pairs, MAX_PAIRS)]
        body = {"from": begin, "to": end, "items": items}
        return self._read(_Request("normquery_v1", "POST", "/adv/v1/normquery/stats", json=body), QueriesByDay).pairs

    def queries_in_total(self, pairs: Sequence[Pair], begin: str, end: str) -> list[PairInTotal]:
        """Figures of search queries over all the days together; this version has other names for the same things."""
        items = [{"advert_id": campaign, "nm_id": article} for campaign, article in _few(pairs, MAX_PAIRS)]
        body = {"from": begin, "to": end, "items": items}
        return self._read(_Request("normquery_v0", "POST", "/adv/v0/normquery/stats", json=body), QueriesInTotal).pairs

    def budgets(self, ids: Sequence[int]) -> list[CampaignBudget]:
        """What up to fifty campaigns may still spend."""
        body = {"advertIds": list(_few(ids, MAX_IDS))}
        return self._read(_Request("budget", "POST", "/api/advert/v2/budget", json=body), BudgetList).budgets

    def expenses(self, begin: str, end: str) -> list[Expense]:
        """What was taken for advertising in up to thirty-one days, document by document."""
        request = _Request("upd", "GET", "/adv/v1/upd", params={"from": begin, "to": end})
        return self._read(request, ExpenseList).root

    def report(self, report: Report, *, since: str, whole_day: bool) -> Iterator[dict[str, Any]]:
        """Orders or sales as they come, oldest change first, read in a stream.

        Those changed since a moment in Moscow, some eighty thousand at most, or with `whole_day` all of that day. The
        request is made at once; an answer that breaks off is known, and raised as `InvalidAnswer`, only where it does.
        """
        answer = self._call(
            _Request(
                report,
                "GET",
                f"/api/v1/supplier/{report}",
                "statistics",
                params={"dateFrom": since, "flag": "1" if whole_day else "0"},
                timeout=REPORT_SECONDS,
                max_bytes=REPORT_BYTES,
            )
        )
        return _rows(answer, report)

    def _read(self, request: _Request, shape: type[ShapeT]) -> ShapeT:
        return _shaped(self._call(request).json(), shape, request.method)

    def _call(self, request: _Request) -> Answer:
        pace = self._paces[request.service]
        pace.wait_turn(request.method)
        answer = self._door.request(
            request.verb,
            self._addresses[request.service] + request.path,
            credential=self._secret,
            params=request.params,
            json=request.json,
            timeout=request.timeout,
            max_bytes=request.max_bytes,
        )
        if not 200 <= answer.status < 300:
            rest = pace.slow_down(request.method, answer.headers) if answer.status == 429 else None
            body = answer.body.replace(self._token.encode(), b"***")
            raise error_of(answer.status, body, method=request.method, retry_after=rest)
        return answer


FewT = TypeVar("FewT")


def _few(things: Sequence[FewT], limit: int) -> Sequence[FewT]:
    if len(things) > limit:
        raise ValueError(f"{len(things)} in one request, the limit is {limit}")
    return things


def _csv(ids: Sequence[int]) -> str:
    return ",".join(str(number) for number in ids)


def _rows(answer: Answer, method: Method) -> Iterator[dict[str, Any]]:
    try:
        for number, row in enumerate(json_rows(answer.body)):
            if not isinstance(row, dict) or not isinstance(row.get("srid"), str):
                raise UnexpectedAnswer(method=method, where=f"{number}.srid", fault="missing")
            yield row
    except UnsafeJSON as error:
        kind = InvalidAnswer if error.reason in ("not_json", "not_utf8") else UnsafeAnswer
        raise kind(host=answer.host, status=answer.status, reason=error.reason) from None


def _shaped(data: Any, shape: type[ShapeT], method: Method) -> ShapeT:
    """204 and `null` are "no data", which every shape can say."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise UnexpectedAnswer(method=method, where=where, fault=fault["type"]) from None
