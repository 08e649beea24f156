from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from integrations.errors import ServerFault
from integrations.safe_json import dumps, loads
from integrations.wildberries.collection import MAX_ROUNDS, Collection
from integrations.wildberries.errors import RequestRejected
from integrations.wildberries.schemas import CampaignStatistics

BEGIN, END = date(2026, 11, 15), date(2026, 11, 21)


def plan(campaigns: int = 120) -> Collection:
    return Collection.plan(range(1, campaigns + 1), begin=BEGIN, end=END, level="campaign")


def answer(ids) -> list[CampaignStatistics]:
    return [CampaignStatistics(id=number, views=10, clicks=1, spend=Decimal("1.5")) for number in ids]


def answer_all(collection: Collection) -> None:
    while batch := collection.next_batch():
        collection.add(answer(batch.ids))


def test_every_batch_is_asked_once():
    """S3-14: ids go out in chunks of fifty."""
    collection = plan()
    answer_all(collection)
    assert [item["campaignId"] for item in collection.items] == list(range(1, 121))
    assert (collection.answered, collection.errors) == (3, [])


def test_the_work_goes_on_after_a_journey_through_json():
    collection = plan()
    collection.add(answer(range(1, 51)))
    collection = Collection.from_json(loads(dumps(collection.to_json())))
    assert (collection.begin, collection.end) == (BEGIN, END)
    answer_all(collection)
    assert len(collection.items) == 120
    assert collection.items[0]["spend"] == Decimal("1.5")


def test_campaigns_missing_among_others_are_reported():
    collection = plan(3)
    assert collection.add(answer([1, 3, 99])) == 1
    assert [item["campaignId"] for item in collection.items] == [1, 3]
    (error,) = collection.errors
    assert (error["ids"], error["code"], error["begin"], error["retryable"]) == ([2], "missing", "2026-11-15", False)


def test_an_empty_answer_is_no_error():
    collection = plan(3)
    assert collection.add([]) == 3
    assert (collection.items, collection.errors, collection.answered) == ([], [], 1)


def test_a_refused_batch_is_reported_and_the_others_go_on():
    collection = plan()
    collection.refuse(RequestRejected(detail="нет", status=400, requestId="r1"))
    answer_all(collection)
    (error,) = collection.errors
    assert error["ids"] == list(range(1, 51))
    assert (error["status"], error["error"], error["requestId"], error["retryable"]) == (
        400,
        "Wildberries отклонил запрос: нет",
        "r1",
        False,
    )
    assert len(collection.items) == 70


def test_a_batch_that_failed_is_asked_again_after_the_others():
    collection = plan()
    collection.postpone(ServerFault(status=502))
    answer_all(collection)
    assert collection.failed == [0]
    assert collection.start_round() > 0
    answer_all(collection)
    assert sorted(item["campaignId"] for item in collection.items) == list(range(1, 121))


def test_a_batch_that_fails_in_every_round_is_reported_as_worth_another_run():
    collection = plan(50)
    rests = []
    for _round in range(MAX_ROUNDS):
        collection.postpone(ServerFault(status=502))
        rests.append(collection.start_round())
    collection.postpone(ServerFault(status=502))
    assert (collection.failed, collection.next_batch()) == ([], None)
    (error,) = collection.errors
    assert (error["status"], error["retryable"]) == (502, True)
    assert rests[-1] > rests[0]


@pytest.mark.parametrize(("number", "first"), [(0, 1), (1, 51), (2, 101), (3, 1)])
def test_another_try_begins_with_another_batch(number, first):
    collection = plan()
    collection.begin_with(number)
    batch = collection.next_batch()
    assert batch is not None
    assert batch.ids[0] == first


def test_windows_of_one_campaign_add_up():
    collection = Collection.plan([1], begin=date(2026, 9, 1), end=END, level="campaign")
    answer_all(collection)
    assert collection.answered == 3
    (item,) = collection.items
    assert (item["views"], item["spend"]) == (30, Decimal("4.5"))
