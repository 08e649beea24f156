"""PURE: search queries of campaigns: which pairs to ask for, and figures as items with the names used in workflows.

Wildberries gathers like queries into clusters; an item is one cluster of one campaign and article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from integrations.wildberries.batches import Pair
from integrations.wildberries.schemas import PairByDay, PairInTotal, QueryFigures
from integrations.wildberries.statistics import per

KeywordLevel = Literal["day", "total"]

SUMS = ("clicks", "atbs", "orders", "shks")
KNOWN_OR_NOT = ("views", "spend")
"""Sums that Wildberries may leave out: what is unknown in one part is unknown in the whole."""
KEYS = ("campaignId", "nmId", "date", "keyword")


def pairs_of(campaigns: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Campaign and article of every article of these items of `wb-get-campaigns` (`campaignId`, `nmIds`), or of items
    with `campaignId` and `nmId`; what names neither is passed over."""
    found: dict[Pair, None] = {}
    for campaign in campaigns:
        campaign_id = whole_number(campaign.get("campaignId"))
        articles = campaign.get("nmIds", [campaign.get("nmId")])
        if campaign_id is None or not isinstance(articles, list):
            continue
        numbers = (whole_number(article) for article in articles)
        found.update({(campaign_id, number): None for number in numbers if number is not None})
    return list(found)


def whole_number(value: Any) -> int | None:
    """An id as items carry it: a number, or digits in a text."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return int(value) if int(value) == Decimal(value) else None
    except (ArithmeticError, ValueError):
        return None


def items_by_day(pairs: Iterable[PairByDay]) -> list[dict[str, Any]]:
    """One item per pair, day and cluster."""
    return list(_by_day(pairs))


def items_in_total(pairs: Iterable[PairInTotal]) -> list[dict[str, Any]]:
    """One item per pair and cluster."""
    return [
        _item({"campaignId": pair.campaign_id, "nmId": pair.nm_id}, figures)
        for pair in pairs
        for figures in pair.figures
    ]


def merged_keywords(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Items of the same cluster from several windows added up, in order of appearance.

    The place among the results is the average over the views, and unknown where these are.
    """
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for item in items:
        key = tuple(item.get(name) for name in KEYS)
        known = totals.get(key)
        totals[key] = dict(item) if known is None else _sum(known, item)
    return list(totals.values())


def _by_day(pairs: Iterable[PairByDay]) -> Iterator[dict[str, Any]]:
    for pair in pairs:
        for day in pair.days:
            head = {"campaignId": pair.campaign_id, "nmId": pair.nm_id, "date": day.day.isoformat()}
            yield _item(head, day.figures)


def _item(head: dict[str, Any], figures: QueryFigures) -> dict[str, Any]:
    item = {
        **head,
        "keyword": figures.query,
        "views": figures.views,
        **{name: getattr(figures, name) for name in SUMS},
        "spend": figures.spend,
        "currency": figures.currency,
        "avgPosition": figures.position,
    }
    return {**item, **_ratios(item)}


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    total = {**one, **{name: one[name] + other[name] for name in SUMS}}
    for name in KNOWN_OR_NOT:
        total[name] = None if None in (one[name], other[name]) else one[name] + other[name]
    total["avgPosition"] = _place(one, other, total["views"])
    return {**total, **_ratios(total)}


def _place(one: Mapping[str, Any], other: Mapping[str, Any], views: int | None) -> Decimal | None:
    if not views or None in (one["avgPosition"], other["avgPosition"]):
        return None
    return per(one["avgPosition"] * one["views"] + other["avgPosition"] * other["views"], views)


def _ratios(item: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """CTR and CR in per cent, CPC and CPM in currency units; None where nothing can be divided or is not known."""
    views, spend = item["views"], item["spend"]
    return {
        "ctr": per(item["clicks"] * 100, views),
        "cpc": per(spend, item["clicks"]),
        "cpm": per(spend * 1000 if spend is not None else None, views),
        "cr": per(item["orders"] * 100, item["clicks"]),
    }
