from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from integrations.wildberries.batches import MOSCOW
from integrations.wildberries.sandbox import figures, trade
from integrations.wildberries.sandbox.figures import SUMMED
from integrations.wildberries.sandbox.seller import ACTIVE, FINISHED, READY, Seller

BEGIN, END = date(2026, 11, 15), date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=MOSCOW)


def of_status(seller: Seller, status: int):
    return next(campaign for campaign in seller.campaigns if campaign.status == status)


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data():
    one, same, other = Seller(seed=1), Seller(seed=1), Seller(seed=2)
    assert one.campaigns == same.campaigns
    assert one.campaigns != other.campaigns
    campaign = of_status(one, ACTIVE)
    assert figures.full_statistics(one, campaign, BEGIN, END) == figures.full_statistics(same, campaign, BEGIN, END)


def test_ids_are_unique():
    seller = Seller(active=200)
    assert len(seller.by_id) == len(seller.campaigns)


def test_every_level_of_the_statistics_adds_up():
    seller = Seller()
    campaign = figures.full_statistics(seller, of_status(seller, ACTIVE), BEGIN, END)
    assert campaign is not None
    assert len(campaign["days"]) == 7
    for name in SUMMED:
        days = campaign["days"]
        apps = [app for day in days for app in day["apps"]]
        articles = [article for app in apps for article in app["nms"]]
        assert campaign[name] == sum(row[name] for row in days)
        assert campaign[name] == sum(row[name] for row in apps)
        assert campaign[name] == sum(row[name] for row in articles)
    assert campaign["views"] > campaign["clicks"] > campaign["orders"] > 0


def test_a_day_is_the_same_in_every_range():
    seller = Seller()
    campaign = of_status(seller, ACTIVE)
    week = figures.full_statistics(seller, campaign, BEGIN, END)
    day = figures.full_statistics(seller, campaign, END, END)
    assert week is not None
    assert day is not None
    assert week["days"][-1] == day["days"][0]


@pytest.mark.parametrize("status", [READY, FINISHED])
def test_campaigns_that_do_not_run_have_no_statistics(status):
    seller = Seller()
    assert figures.full_statistics(seller, of_status(seller, status), BEGIN, END) is None


def test_orders_since_a_moment_are_paged_by_their_last_change():
    seller = Seller()
    since = datetime(2026, 11, 15, tzinfo=MOSCOW)
    rows = trade.orders(seller, since=since, whole_day=False, now=NOW)
    changes = [row["lastChangeDate"] for row in rows]
    assert changes == sorted(changes)
    assert "2026-11-15T00:00:00" <= changes[0] <= changes[-1] <= "2026-11-22T12:00:00"
    last = datetime.fromisoformat(changes[-1]).replace(tzinfo=MOSCOW)
    assert trade.orders(seller, since=last, whole_day=False, now=NOW) == []
    again = trade.orders(seller, since=last - timedelta(milliseconds=1), whole_day=False, now=NOW)
    assert [row["srid"] for row in again] == [rows[-1]["srid"]]


def test_search_queries_are_parts_of_what_the_article_has():
    seller = Seller()
    day = NOW.date() - timedelta(days=3)
    campaign = next(one for one in seller.campaigns if one.search and one.payment_type == "cpm" and one.runs_on(day))
    article = campaign.articles[0]
    whole = figures.full_statistics(seller, campaign, day, day)
    assert whole is not None
    platforms = whole["days"][0]["apps"]
    rows = [row for platform in platforms for row in platform["nms"] if row["nmId"] == article.nm_id]
    queries = figures.query_statistics(seller, campaign, article, day)
    for query, of_article in (("views", "views"), ("clicks", "clicks"), ("spend", "sum")):
        assert 0 < sum(row[query] for row in queries) <= sum(row[of_article] for row in rows)


def test_expenses_are_what_the_statistics_say_and_todays_is_not_taken_yet():
    seller = Seller()
    rows = figures.expenses(seller, NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=5), now=NOW)
    assert {row["updTime"] is None for row in rows if row["updNum"] % 400 == NOW.timetuple().tm_yday % 400} == {True}
    assert len(rows) == 2 * len({row["advertId"] for row in rows})
    for row in rows[:3]:
        day = NOW.date() - timedelta(days=1)
        told = figures.full_statistics(seller, seller.by_id[row["advertId"]], day, day)
        assert told is not None
        assert abs(told["sum"] - row["updSum"]) <= 1


def test_a_whole_day_of_sales_is_that_day():
    seller = Seller()
    since = datetime(2026, 11, 15, 18, 30, tzinfo=MOSCOW)
    rows = trade.sales(seller, since=since, whole_day=True, now=NOW)
    assert {row["date"][:10] for row in rows} == {"2026-11-15"}
    ordered = {row["srid"] for row in trade.orders(seller, since=NOW - timedelta(days=80), whole_day=False, now=NOW)}
    assert {row["srid"] for row in rows} <= ordered
