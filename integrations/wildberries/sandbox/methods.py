"""PURE: the methods that the sandbox serves, each from seller and request to a JSON body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.wildberries.limits import Method
from integrations.wildberries.sandbox import figures, parameters, trade
from integrations.wildberries.sandbox.parameters import Request
from integrations.wildberries.sandbox.seller import FOREVER, RETIRED, Campaign, Seller

Body = Any
DELETED_STATUS = -1


@dataclass(frozen=True)
class Endpoint:
    """One method of the API. `limit` names its rate limit."""

    verb: str
    limit: Method
    answer: Callable[[Seller, Request], Body]


def ping(seller: Seller, request: Request) -> Body:
    return {"TS": request.now.isoformat(timespec="seconds"), "Status": "OK"}


def promotion_count(seller: Seller, request: Request) -> Body:
    groups: dict[tuple[int, int], list[Campaign]] = {}
    for campaign in seller.campaigns:
        groups.setdefault((campaign.type, campaign.status), []).append(campaign)
    adverts = [
        {
            "type": kind,
            "status": status,
            "count": len(campaigns),
            "advert_list": [{"advertId": one.id, "changeTime": _moment(one.changed)} for one in campaigns],
        }
        for (kind, status), campaigns in groups.items()
    ]
    return {"adverts": adverts or None, "all": len(seller.campaigns)}


def adverts(seller: Seller, request: Request) -> Body:
    ids = parameters.campaign_ids(request, required=False)
    statuses = parameters.optional_integers(request, "statuses")
    payment_type = parameters.choice(request, "payment_type", ("cpm", "cpc"))
    found = [
        campaign
        for campaign in seller.campaigns
        if campaign.type not in RETIRED
        and (not ids or campaign.id in ids)
        and (not statuses or campaign.status in statuses)
        and payment_type in (None, campaign.payment_type)
    ]
    return {"adverts": [_details(campaign) for campaign in found]}


def full_stats(seller: Seller, request: Request) -> Body:
    ids = parameters.campaign_ids(request, required=True)
    begin, end = parameters.statistics_days(request)
    known = [seller.by_id[number] for number in dict.fromkeys(ids) if number in seller.by_id]
    rows = [figures.full_statistics(seller, campaign, begin, end) for campaign in known]
    return [row for row in rows if row is not None]


def query_stats_by_day(seller: Seller, request: Request) -> Body:
    pairs, begin, end = parameters.pairs_and_days(request, "advertId", "nmId")
    items = []
    for campaign_id, nm_id in pairs:
        rows = [
            {"date": day.isoformat(), "stat": stat}
            for day in figures.days_between(begin, end)
            for stat in _queries(seller, campaign_id, nm_id, day)
        ]
        items.append({"advertId": campaign_id, "nmId": nm_id, "dailyStats": rows})
    return {"items": items}


def query_stats(seller: Seller, request: Request) -> Body:
    pairs, begin, end = parameters.pairs_and_days(request, "advert_id", "nm_id")
    days = figures.days_between(begin, end)
    stats = []
    for campaign_id, nm_id in pairs:
        daily = [stat for day in days for stat in _queries(seller, campaign_id, nm_id, day)]
        stats.append({"advert_id": campaign_id, "nm_id": nm_id, "stats": figures.query_totals(daily)})
    return {"stats": stats}


def expenses(seller: Seller, request: Request) -> Body:
    begin, end = parameters.expense_days(request)
    return figures.expenses(seller, begin, end, now=request.now)


def budgets(seller: Seller, request: Request) -> Body:
    known = [seller.by_id[number] for number in parameters.listed_ids(request) if number in seller.by_id]
    return {"adverts": [{"advertId": one.id, "currency": "RUB", "total": figures.budget(seller, one)} for one in known]}


def orders(seller: Seller, request: Request) -> Body:
    since, whole_day = parameters.report_start(request), parameters.whole_day(request)
    return trade.orders(seller, since=since, whole_day=whole_day, now=request.now)[: request.report_rows]


def sales(seller: Seller, request: Request) -> Body:
    since, whole_day = parameters.report_start(request), parameters.whole_day(request)
    return trade.sales(seller, since=since, whole_day=whole_day, now=request.now)[: request.report_rows]


ENDPOINTS: dict[str, Endpoint] = {
    "/ping": Endpoint("GET", "ping", ping),
    "/adv/v1/promotion/count": Endpoint("GET", "count", promotion_count),
    "/api/advert/v2/adverts": Endpoint("GET", "adverts", adverts),
    "/adv/v3/fullstats": Endpoint("GET", "fullstats", full_stats),
    "/adv/v0/normquery/stats": Endpoint("POST", "normquery_v0", query_stats),
    "/adv/v1/normquery/stats": Endpoint("POST", "normquery_v1", query_stats_by_day),
    "/adv/v1/upd": Endpoint("GET", "upd", expenses),
    "/api/advert/v2/budget": Endpoint("POST", "budget", budgets),
    "/api/v1/supplier/orders": Endpoint("GET", "orders", orders),
    "/api/v1/supplier/sales": Endpoint("GET", "sales", sales),
}


def _queries(seller: Seller, campaign_id: int, nm_id: int, day: Any) -> list[dict[str, Any]]:
    campaign = seller.by_id.get(campaign_id)
    articles = [article for article in campaign.articles if article.nm_id == nm_id] if campaign else []
    return [row for article in articles if campaign for row in figures.query_statistics(seller, campaign, article, day)]


def _details(campaign: Campaign) -> dict[str, Any]:
    return {
        "bid_type": campaign.bid_type,
        "currency": "RUB",
        "id": campaign.id,
        "nm_settings": [
            {
                "bids_kopecks": {
                    "recommendations": campaign.bid_kopecks if campaign.recommendations else 0,
                    "search": campaign.bid_kopecks if campaign.search else 0,
                },
                "nm_id": article.nm_id,
                "subject": {"id": article.subject_id, "name": article.subject},
            }
            for article in campaign.articles
        ],
        "restrictions": {"can_change_nms": campaign.can_change_articles},
        "settings": {
            "name": campaign.name,
            "payment_type": campaign.payment_type,
            "placements": {"recommendations": campaign.recommendations, "search": campaign.search},
        },
        "status": campaign.status,
        "timestamps": {
            "created": _moment(campaign.created),
            "deleted": _moment(campaign.changed if campaign.status == DELETED_STATUS else FOREVER),
            "started": _moment(campaign.started) if campaign.started else None,
            "updated": _moment(campaign.changed),
        },
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
