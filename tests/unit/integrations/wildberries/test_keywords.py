from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.wildberries.batches import pair_batches
from integrations.wildberries.keywords import items_by_day, items_in_total, merged_keywords, pairs_of, whole_number
from integrations.wildberries.schemas import QueriesByDay, QueriesInTotal

STAT = {"clicks": 4, "atbs": 2, "orders": 1, "shks": 1, "cpc": 1, "spend": Decimal("10.5"), "avgPos": Decimal("2.5")}


def by_day(*stats: dict) -> list[dict]:
    days = [{"date": f"2026-11-0{number}", "stat": {**STAT, **stat}} for number, stat in enumerate(stats, 1)]
    return items_by_day(QueriesByDay.model_validate({"items": [{"advertId": 1, "nmId": 7, "dailyStats": days}]}).pairs)


def test_figures_are_named_as_in_workflows_and_ratios_are_made_from_them():
    """S3-14: fields named as in the seed, money without floats."""
    (item,) = by_day({"normQuery": "чайник", "views": 100, "ctr": 99})
    assert item == {
        "campaignId": 1,
        "nmId": 7,
        "date": "2026-11-01",
        "keyword": "чайник",
        "views": 100,
        "clicks": 4,
        "atbs": 2,
        "orders": 1,
        "shks": 1,
        "spend": Decimal("10.5"),
        "currency": None,
        "avgPosition": Decimal("2.5"),
        "ctr": Decimal("4.00"),
        "cpc": Decimal("2.63"),
        "cpm": Decimal("105.00"),
        "cr": Decimal("25.00"),
    }


def test_campaigns_paid_by_click_may_come_without_views():
    """S3-14: nullable views, CTR and CPM."""
    for stat in ({"normQuery": "чайник"}, {"normQuery": "чайник", "views": None, "ctr": None, "cpm": None}):
        (item,) = by_day(stat)
        assert (item["views"], item["ctr"], item["cpm"], item["cpc"]) == (None, None, None, Decimal("2.63"))


def test_windows_of_a_total_add_up_and_what_is_unknown_stays_so():
    def total(views: int | None, position: int) -> dict:
        stat = {
            "norm_query": "чайник",
            "views": views,
            "clicks": 5,
            "spend": 10,
            "avg_pos": position,
            "currency": "RUB",
        }
        told = {"stats": [{"advert_id": 1, "nm_id": 7, "stats": [stat]}]}
        return items_in_total(QueriesInTotal.model_validate(told).pairs)[0]

    (known,) = merged_keywords([total(100, 2), total(300, 6)])
    assert (known["views"], known["clicks"], known["spend"], known["avgPosition"]) == (400, 10, 20, Decimal(5))
    assert (known["ctr"], known["cpm"]) == (Decimal("2.50"), Decimal("50.00"))
    (unknown,) = merged_keywords([total(100, 2), total(None, 6)])
    assert (unknown["views"], unknown["ctr"], unknown["avgPosition"], unknown["cpc"]) == (None, None, None, 2)


@pytest.mark.parametrize("nothing", [None, {}, {"items": None}, {"items": [{"advertId": 1, "nmId": 2}]}])
def test_no_data_is_no_items(nothing):
    assert items_by_day(QueriesByDay.model_validate(nothing).pairs) == []


def test_pairs_come_from_the_articles_of_campaigns():
    campaigns: list[Any] = [
        {"campaignId": 1, "nmIds": [7, 8, 7]},
        {"campaignId": "2", "nmId": "9"},
        {"campaignId": 3, "nmIds": []},
        {"campaignId": 4, "nmIds": None},
        {"nmIds": [5]},
    ]
    assert pairs_of(campaigns) == [(1, 7), (1, 8), (2, 9)]


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), (Decimal("5"), 5), (Decimal("5.5"), None), ("x", None), (True, None), (None, None), ([5], None)],
)
def test_an_id_is_a_whole_number(value, number):
    assert whole_number(value) == number


def test_pairs_are_cut_by_a_hundred_and_days_by_thirty():
    """S3-14: chunks of a hundred pairs, windows of thirty days."""
    batches = pair_batches([(number, 1) for number in range(120)], date(2026, 9, 1), date(2026, 10, 5))
    assert [(len(batch["pairs"]), batch["begin"], batch["end"]) for batch in batches] == [
        (100, "2026-09-01", "2026-09-30"),
        (20, "2026-09-01", "2026-09-30"),
        (100, "2026-10-01", "2026-10-05"),
        (20, "2026-10-01", "2026-10-05"),
    ]
