"""PURE: what the campaigns of the sandbox bring and cost, by day, platform, article and search query.

Every figure is the same for the same seed, campaign and day, however and however often it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from integrations.wildberries.batches import MOSCOW
from integrations.wildberries.sandbox.goods import Article
from integrations.wildberries.sandbox.seller import Campaign, Seller

Row = dict[str, Any]

PLATFORMS = {1: 0.15, 32: 1.0, 64: 0.6}
"""Site, Android, iOS, and how much of the audience each has."""

SUMMED = ("views", "clicks", "atbs", "orders", "shks", "canceled", "sum", "sum_price")
CENT = Decimal("0.01")


def days_between(begin: date, end: date) -> list[date]:
    """All days from `begin` to `end`, both included."""
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def full_statistics(seller: Seller, campaign: Campaign, begin: date, end: date) -> Row | None:
    """One campaign as `fullstats` tells it; None when it did not run on any of these days."""
    days = [_day(seller, campaign, day) for day in days_between(begin, end) if campaign.runs_on(day)]
    if not days:
        return None
    return {"advertId": campaign.id, **_total(days), "currency": "RUB", "days": days}


def query_statistics(seller: Seller, campaign: Campaign, article: Article, day: date) -> list[Row]:
    """Figures of one day by search query, with the names of `normquery` v1: parts of those of the article."""
    if not campaign.search or not campaign.runs_on(day):
        return []
    platforms = _day(seller, campaign, day)["apps"]
    rows = [row for platform in platforms for row in platform["nms"] if row["nmId"] == article.nm_id]
    whole = {name: sum(row[name] for row in rows) for name in SUMMED}
    return [
        _query(seller.random("query", campaign.id, article.nm_id, query, day), campaign, query, whole)
        for query in article.queries
    ]


def expenses(seller: Seller, begin: date, end: date, *, now: datetime) -> list[Row]:
    """What was taken for each campaign on each day, with the names of `upd`. Today's is not taken yet."""
    return [
        _expense(campaign, day, _day(seller, campaign, day)["sum"], now)
        for day in days_between(begin, min(end, now.date()))
        for campaign in seller.campaigns
        if campaign.runs_on(day)
    ]


def budget(seller: Seller, campaign: Campaign) -> int:
    """What the campaign may still spend, in roubles."""
    return seller.random("budget", campaign.id).randint(5, 200) * 100


def query_totals(daily: Iterable[Row]) -> list[Row]:
    """Figures of several days added up by search query, with the names of `normquery` v0."""
    by_query: dict[str, list[Row]] = {}
    for row in daily:
        by_query.setdefault(row["normQuery"], []).append(row)
    return [_query_total(query, rows) for query, rows in by_query.items()]


def _query_total(query: str, rows: list[Row]) -> Row:
    clicks, spend = sum(row["clicks"] for row in rows), sum(row["spend"] for row in rows)
    total = {
        "norm_query": query,
        "clicks": clicks,
        "atbs": sum(row["atbs"] for row in rows),
        "orders": sum(row["orders"] for row in rows),
        "shks": sum(row["shks"] for row in rows),
        "cpc": _ratio(spend, clicks),
        "avg_pos": (sum(row["avgPos"] for row in rows) / len(rows)).quantize(Decimal("0.1")),
        "spend": spend,
        "currency": "RUB",
    }
    if rows[0]["views"] is None:
        return total
    views = sum(row["views"] for row in rows)
    return {**total, "views": views, "ctr": _ratio(clicks * 100, views), "cpm": _ratio(spend * 1000, views)}


def _day(seller: Seller, campaign: Campaign, day: date) -> Row:
    chance = seller.random("day", campaign.id, day)
    mood = chance.uniform(0.6, 1.4) * (1.25 if day.weekday() >= 5 else 1.0)
    platforms = [_platform(chance, campaign, platform, mood * share) for platform, share in PLATFORMS.items()]
    return {"date": f"{day.isoformat()}T00:00:00Z", **_total(platforms), "apps": platforms}


def _platform(chance: Random, campaign: Campaign, platform: int, scale: float) -> Row:
    articles = [_article(chance, campaign, article, scale) for article in campaign.articles]
    return {"appType": platform, **_total(articles), "nms": articles}


def _article(chance: Random, campaign: Campaign, article: Article, scale: float) -> Row:
    views = int(chance.randint(60, 900) * scale)
    clicks = _share(chance, views, 0.02, 0.12)
    atbs = _share(chance, clicks, 0.05, 0.3)
    orders = _share(chance, atbs, 0.1, 0.6)
    pieces = orders + (chance.randint(0, 1) if orders else 0)
    bid = Decimal(campaign.bid_kopecks) / 100
    spend = bid * views / 1000 if campaign.payment_type == "cpm" else bid / 20 * clicks
    return {
        "nmId": article.nm_id,
        "name": article.name,
        **_with_ratios(
            {
                "views": views,
                "clicks": clicks,
                "atbs": atbs,
                "orders": orders,
                "shks": pieces,
                "canceled": chance.randint(0, 1) if orders > 2 else 0,
                "sum": spend.quantize(CENT, ROUND_HALF_UP),
                "sum_price": Decimal(pieces * article.price * 82) / 100,
            }
        ),
    }


def _expense(campaign: Campaign, day: date, spent: Decimal, now: datetime) -> Row:
    taken = datetime.combine(day, time(23, 59, 30), MOSCOW)
    return {
        "updNum": 500_000_000 + campaign.id % 1_000_000 * 400 + day.timetuple().tm_yday,
        "updTime": taken.isoformat() if taken < now else None,
        "updSum": int(spent.quantize(Decimal(1), ROUND_HALF_UP)),
        "advertId": campaign.id,
        "campName": campaign.name,
        "advertType": campaign.type,
        "paymentType": "Баланс",
        "advertStatus": campaign.status,
    }


def _query(chance: Random, campaign: Campaign, query: str, whole: Row) -> Row:
    """A share of the article's figures; all its queries together have less than the whole."""
    share = Decimal(chance.randint(250, 480)) / 1000
    views, clicks, atbs, orders, pieces = (
        int(whole[name] * share) for name in ("views", "clicks", "atbs", "orders", "shks")
    )
    spend = (whole["sum"] * share).quantize(CENT, ROUND_DOWN)
    by_click = campaign.payment_type == "cpc"
    return {
        "normQuery": query,
        "views": None if by_click else views,
        "clicks": clicks,
        "atbs": atbs,
        "orders": orders,
        "shks": pieces,
        "ctr": None if by_click else _ratio(clicks * 100, views),
        "cpc": _ratio(spend, clicks),
        "cpm": None if by_click else _ratio(spend * 1000, views),
        "avgPos": Decimal(chance.randint(10, 300)) / 10,
        "spend": spend,
    }


def _share(chance: Random, whole: int, low: float, high: float) -> int:
    return round(whole * chance.uniform(low, high))


def _total(rows: Iterable[Mapping[str, Any]]) -> Row:
    rows = list(rows)
    return _with_ratios({name: sum(row[name] for row in rows) for name in SUMMED})


def _with_ratios(row: Row) -> Row:
    return {
        **row,
        "ctr": _ratio(row["clicks"] * 100, row["views"]),
        "cpc": _ratio(row["sum"], row["clicks"]),
        "cr": _ratio(row["orders"] * 100, row["clicks"]),
    }


def _ratio(dividend: int | Decimal, divisor: int) -> Decimal:
    """As Wildberries does it: nothing divided by nothing is 0."""
    return (Decimal(dividend) / divisor).quantize(CENT, ROUND_HALF_UP) if divisor else Decimal(0)
