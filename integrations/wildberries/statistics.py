"""PURE: from the nested statistics of Wildberries to flat items with the names used in workflows.

Wildberries nests campaign > day > platform > article. Ratios are made from sums, never averaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from integrations.wildberries.schemas import CampaignStatistics, DayStatistics, Measures

Level = Literal["campaign", "day", "app", "nm"]

SUMS = ("views", "clicks", "atbs", "orders", "shks", "canceled", "spend", "revenue")
KEYS = ("campaignId", "date", "appType", "nmId")
CENT = Decimal("0.01")


def statistic_items(campaigns: Iterable[CampaignStatistics], level: Level) -> list[dict[str, Any]]:
    """One item per campaign, or per campaign and day, and platform, and article."""
    return [item for campaign in campaigns for item in _of_campaign(campaign, level)]


def merged(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Items that speak of the same thing (a campaign asked in two windows) added up, in order of appearance."""
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for item in items:
        key = tuple(item.get(name) for name in KEYS)
        total = totals.setdefault(key, {})
        if total:
            total.update({name: total[name] + item[name] for name in SUMS})
            total.update(_ratios(total))
        else:
            total.update(item)
    return list(totals.values())


def _of_campaign(campaign: CampaignStatistics, level: Level) -> Iterator[dict[str, Any]]:
    head = {"campaignId": campaign.id}
    if level == "campaign":
        yield _item(head, campaign, campaign.currency)
        return
    for day in campaign.days:
        for place, figures in _of_day(day, level):
            yield _item({**head, "date": day.day.isoformat(), **place}, figures, campaign.currency)


def _of_day(day: DayStatistics, level: Level) -> Iterator[tuple[dict[str, Any], Measures]]:
    if level == "day":
        yield {}, day
        return
    for platform in day.platforms:
        place = {"appType": platform.app_type}
        if level == "app":
            yield place, platform
            continue
        for article in platform.articles:
            yield {**place, "nmId": article.nm_id, "nmName": article.name}, article


def _item(head: dict[str, Any], figures: Measures, currency: str | None) -> dict[str, Any]:
    item = {**head, **{name: getattr(figures, name) for name in SUMS}, "currency": currency}
    return {**item, **_ratios(item)}


def _ratios(item: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """CTR and CR in per cent, CPC in currency units, to the second digit; None where nothing can be divided."""
    return {
        "ctr": per(item["clicks"] * 100, item["views"]),
        "cpc": per(item["spend"], item["clicks"]),
        "cr": per(item["orders"] * 100, item["clicks"]),
    }


def per(dividend: int | Decimal | None, divisor: int | None) -> Decimal | None:
    """The quotient to the second digit; None where nothing can be divided or one of them is not known."""
    if dividend is None or not divisor:
        return None
    return (Decimal(dividend) / divisor).quantize(CENT, ROUND_HALF_UP)
