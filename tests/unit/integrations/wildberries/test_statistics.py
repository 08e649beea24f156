from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from integrations.safe_json import dumps, loads
from integrations.wildberries.schemas import FullStatistics
from integrations.wildberries.statistics import SUMS, merged, statistic_items


def article(nm_id: int, **figures) -> dict:
    return {"nmId": nm_id, "name": f"Товар {nm_id}", **figures}


ANSWER = [
    {
        "advertId": 22161678,
        "views": 1373,
        "clicks": 139,
        "sum": Decimal("661.25"),
        "sum_price": 0,
        "currency": "RUB",
        "days": [
            {
                "date": "2025-09-07T00:00:00Z",
                "views": 784,
                "clicks": 75,
                "orders": 3,
                "sum": Decimal("378.49"),
                "sum_price": 1500,
                "apps": [
                    {"appType": 1, "views": 300, "sum": 100, "nms": [article(7, views=300, sum=100)]},
                    {
                        "appType": 32,
                        "views": 484,
                        "sum": Decimal("278.49"),
                        "nms": [article(7, views=400), article(8, views=84, orders=2)],
                    },
                ],
            },
            {"date": "2025-09-08", "views": 589, "clicks": 64, "sum": Decimal("282.76"), "apps": None},
        ],
    }
]


def items(level, answer=ANSWER):
    return statistic_items(FullStatistics.model_validate(answer).root, level)


def test_a_campaign_is_told_day_by_day_in_the_words_of_workflows():
    """S3-14: fields are named as in the seed: campaignId, views, spend."""
    first, second = items("day")
    assert first == {
        "campaignId": 22161678,
        "date": "2025-09-07",
        "views": 784,
        "clicks": 75,
        "ctr": Decimal("9.57"),
        "cpc": Decimal("5.05"),
        "atbs": 0,
        "orders": 3,
        "shks": 0,
        "cr": Decimal("4.00"),
        "spend": Decimal("378.49"),
        "revenue": Decimal(1500),
        "canceled": 0,
        "currency": "RUB",
    }
    assert (second["date"], second["spend"]) == ("2025-09-08", Decimal("282.76"))


def test_days_add_up_to_the_campaign():
    (campaign,) = items("campaign")
    assert "date" not in campaign
    assert sum(item["views"] for item in items("day")) == campaign["views"] == 1373
    assert sum(item["spend"] for item in items("day")) == campaign["spend"] == Decimal("661.25")


def test_finer_levels_name_platform_and_article():
    assert [(item["date"], item["appType"]) for item in items("app")] == [("2025-09-07", 1), ("2025-09-07", 32)]
    assert [(item["appType"], item["nmId"], item["nmName"], item["views"]) for item in items("nm")] == [
        (1, 7, "Товар 7", 300),
        (32, 7, "Товар 7", 400),
        (32, 8, "Товар 8", 84),
    ]


def test_nothing_divided_by_nothing_is_null():
    """S3-15: CTR, CPC and CR divide safely."""
    (item,) = items("campaign", [{"advertId": 1, "views": 0, "clicks": 0, "orders": 2, "sum": 10}])
    assert (item["ctr"], item["cpc"], item["cr"]) == (None, None, None)


def test_a_campaign_asked_in_two_windows_is_one_item_with_ratios_of_the_sums():
    halves = items("campaign", [{"advertId": 1, "views": 100, "clicks": 50, "sum": Decimal("0.1"), "currency": "RUB"}])
    halves += items("campaign", [{"advertId": 1, "views": 300, "clicks": 10, "sum": Decimal("0.2"), "currency": "RUB"}])
    (item,) = merged(halves)
    assert (item["views"], item["spend"], item["ctr"]) == (400, Decimal("0.3"), Decimal("15.00"))


def test_different_days_stay_apart_when_merged():
    assert merged(items("nm")) == items("nm")


def test_items_survive_the_journey_through_json():
    """S3-15: money stays decimal."""
    read = loads(dumps(items("day")))
    assert merged(read) == items("day")
    assert all(name in read[0] for name in SUMS)


@pytest.mark.parametrize("empty", [None, [], [{"advertId": 1, "days": None}]])
def test_null_means_no_data(empty):
    assert items("day", empty) == []


@pytest.mark.parametrize(
    "wrong", [{}, {"detail": "no"}, [{"views": 1}], [{"advertId": "x"}], [{"advertId": 1, "sum": "x"}]]
)
def test_another_shape_is_told_from_no_data(wrong):
    with pytest.raises(ValidationError):
        items("day", wrong)
