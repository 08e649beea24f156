from __future__ import annotations

import pytest

from integrations.wildberries.campaigns import campaign_item, chosen, types_meant
from integrations.wildberries.schemas import CampaignCounts, CampaignDetails

GROUPS = CampaignCounts.model_validate(
    {
        "adverts": [
            {"type": 9, "status": 9, "count": 2, "advert_list": [{"advertId": 1}, {"advertId": 2}]},
            {"type": 8, "status": 9, "count": 1, "advert_list": [{"advertId": 3}]},
            {"type": 9, "status": 11, "count": 1, "advert_list": [{"advertId": 4}]},
            {"type": 6, "status": 7, "count": 1, "advert_list": [{"advertId": 5}]},
            {"type": 9, "status": 4, "count": 0, "advert_list": None},
        ],
        "all": 5,
    }
).groups


@pytest.mark.parametrize(
    ("statuses", "types", "ids"),
    [
        ((), (), [1, 2, 3, 4, 5]),
        ((9,), (), [1, 2, 3]),
        ((9,), (9,), [1, 2]),
        ((9, 11), (8, 9), [1, 2, 3, 4]),
        ((8,), (), []),
    ],
)
def test_campaigns_are_chosen_by_status_and_type(statuses, types, ids):
    """S3-14: `wb-get-campaigns` filters on our side."""
    assert list(chosen(GROUPS, statuses=statuses, types=types)) == ids


@pytest.mark.parametrize(
    ("asked", "meant"), [((), set()), ((9,), {9}), ((4,), {8, 9}), ((7, 8), {8, 9}), ((4, 5, 6, 7), {8, 9})]
)
def test_a_retired_type_means_any_current_one(asked, meant):
    assert types_meant(asked) == meant


def test_the_account_of_a_seller_without_campaigns_is_empty():
    assert CampaignCounts.model_validate({"adverts": None, "all": 0}).groups == []


def test_an_item_tells_a_campaign_in_the_words_of_workflows():
    details = CampaignDetails.model_validate(
        {
            "id": 28150154,
            "status": 11,
            "bid_type": "manual",
            "currency": "RUB",
            "settings": {
                "name": "Кампания от 28.08.2025",
                "payment_type": "cpc",
                "placements": {"search": True, "recommendations": False},
            },
            "nm_settings": [{"nm_id": 5764746785, "bids_kopecks": {"search": 1100}}],
            "timestamps": {
                "created": "2025-08-28T09:50:57+03:00",
                "updated": "2025-09-10T10:14:58+03:00",
                "started": None,
            },
        }
    )
    assert campaign_item(28150154, type=9, status=9, details=details) == {
        "campaignId": 28150154,
        "name": "Кампания от 28.08.2025",
        "type": 9,
        "status": 11,
        "paymentType": "cpc",
        "bidType": "manual",
        "currency": "RUB",
        "nmIds": [5764746785],
        "placements": {"search": True, "recommendations": False},
        "createdAt": "2025-08-28T09:50:57+03:00",
        "startedAt": None,
        "updatedAt": "2025-09-10T10:14:58+03:00",
    }


def test_a_campaign_without_details_is_told_as_far_as_it_is_known():
    item = campaign_item(5, type=6, status=7, details=None)
    assert (item["campaignId"], item["type"], item["status"], item["name"], item["nmIds"]) == (5, 6, 7, None, [])
