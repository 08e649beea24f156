"""Shapes of Wildberries answers, as far as they are used. `null` where a list or a number belongs means "none"."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

ItemT = TypeVar("ItemT")


def _no_list(value: Any) -> Any:
    return [] if value is None else value


def _no_number(value: Any) -> Any:
    return 0 if value is None else value


def _day_of_moment(value: Any) -> Any:
    """Days come as `2025-09-07T00:00:00Z` or `2025-09-07`; both mean the day in Moscow."""
    return value[:10] if isinstance(value, str) else value


Many = Annotated[list[ItemT], BeforeValidator(_no_list)]
Count = Annotated[int, BeforeValidator(_no_number)]
Money = Annotated[Decimal, BeforeValidator(_no_number)]
Day = Annotated[dt.date, BeforeValidator(_day_of_moment)]


class Shape(BaseModel):
    """Unknown keys are let by: Wildberries adds fields without notice."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing(cls, value: Any) -> Any:
        return {} if value is None else value


class ListedCampaign(Shape):
    """One id in the list of all campaigns."""

    id: int = Field(alias="advertId")


class CampaignGroup(Shape):
    """Campaigns of one type and status in the list of all campaigns."""

    type: int
    status: int
    campaigns: Many[ListedCampaign] = Field(default=[], alias="advert_list")


class CampaignCounts(Shape):
    """`GET /adv/v1/promotion/count`"""

    groups: Many[CampaignGroup] = Field(default=[], alias="adverts")


class Placements(Shape):
    search: bool | None = None
    recommendations: bool | None = None


class CampaignSettings(Shape):
    name: str | None = None
    payment_type: str | None = None
    placements: Placements = Placements()


class CampaignArticle(Shape):
    nm_id: int


class Timestamps(Shape):
    created: str | None = None
    updated: str | None = None
    started: str | None = None


class CampaignDetails(Shape):
    """One campaign of `GET /api/advert/v2/adverts`"""

    id: int
    status: int
    bid_type: str | None = None
    currency: str | None = None
    settings: CampaignSettings = CampaignSettings()
    articles: Many[CampaignArticle] = Field(default=[], alias="nm_settings")
    timestamps: Timestamps = Timestamps()


class CampaignList(Shape):
    """`GET /api/advert/v2/adverts`"""

    campaigns: Many[CampaignDetails] = Field(default=[], alias="adverts")


class Measures(Shape):
    """Figures of any level. Money is in currency units: `spend` is their `sum`, `revenue` their `sum_price`."""

    views: Count = 0
    clicks: Count = 0
    atbs: Count = 0
    orders: Count = 0
    shks: Count = 0
    canceled: Count = 0
    spend: Money = Field(default=Decimal(0), alias="sum")
    revenue: Money = Field(default=Decimal(0), alias="sum_price")


class ArticleStatistics(Measures):
    nm_id: int = Field(alias="nmId")
    name: str | None = None


class PlatformStatistics(Measures):
    """Platform 1 is the site, 32 Android, 64 iOS."""

    app_type: int = Field(alias="appType")
    articles: Many[ArticleStatistics] = Field(default=[], alias="nms")


class DayStatistics(Measures):
    day: Day = Field(alias="date")
    platforms: Many[PlatformStatistics] = Field(default=[], alias="apps")


class CampaignStatistics(Measures):
    """One campaign of `GET /adv/v3/fullstats`. Platforms and articles do not add up to the campaign to
    the kopeck; days do."""

    id: int = Field(alias="advertId")
    currency: str | None = None
    days: Many[DayStatistics] = []


class FullStatistics(RootModel[Many[CampaignStatistics]]):
    """`GET /adv/v3/fullstats`"""

    root: Many[CampaignStatistics] = []


class QueryFigures(Shape):
    """Figures of one cluster of search queries. Campaigns paid by click may come without views, CTR and CPM."""

    query: str = Field(validation_alias=AliasChoices("normQuery", "norm_query"))
    views: int | None = None
    clicks: Count = 0
    atbs: Count = 0
    orders: Count = 0
    shks: Count = 0
    position: Decimal | None = Field(default=None, validation_alias=AliasChoices("avgPos", "avg_pos"))
    spend: Decimal | None = None
    currency: str | None = None


class QueryDay(Shape):
    day: Day = Field(alias="date")
    figures: QueryFigures = Field(alias="stat")


class PairByDay(Shape):
    """One campaign and article of `POST /adv/v1/normquery/stats`"""

    campaign_id: int = Field(alias="advertId")
    nm_id: int = Field(alias="nmId")
    days: Many[QueryDay] = Field(default=[], alias="dailyStats")


class QueriesByDay(Shape):
    """`POST /adv/v1/normquery/stats`"""

    pairs: Many[PairByDay] = Field(default=[], alias="items")


class PairInTotal(Shape):
    """One campaign and article of `POST /adv/v0/normquery/stats`"""

    campaign_id: int = Field(alias="advert_id")
    nm_id: int
    figures: Many[QueryFigures] = Field(default=[], alias="stats")


class QueriesInTotal(Shape):
    """`POST /adv/v0/normquery/stats`"""

    pairs: Many[PairInTotal] = Field(default=[], alias="stats")


class CampaignBudget(Shape):
    """What a campaign may still spend, in currency units."""

    id: int = Field(alias="advertId")
    total: Decimal | None = None
    currency: str | None = None


class BudgetList(Shape):
    """`POST /api/advert/v2/budget`"""

    budgets: Many[CampaignBudget] = Field(default=[], alias="adverts")


class Expense(Shape):
    """One document of `GET /adv/v1/upd`: what was taken for a campaign, and when; no time while it is not taken yet."""

    number: int = Field(alias="updNum")
    at: str | None = Field(default=None, alias="updTime")
    sum: Money = Field(default=Decimal(0), alias="updSum")
    campaign_id: int = Field(alias="advertId")
    campaign_name: str | None = Field(default=None, alias="campName")
    campaign_type: int | None = Field(default=None, alias="advertType")
    campaign_status: int | None = Field(default=None, alias="advertStatus")
    source: str | None = Field(default=None, alias="paymentType")


class ExpenseList(RootModel[Many[Expense]]):
    """`GET /adv/v1/upd`"""

    root: Many[Expense] = []
