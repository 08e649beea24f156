"""The nodes against the official specification itself, spoken by a mock server that nobody here wrote."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.scope import CallScope
from tests.fakes.wildberries import point_at
from tests.nodes.context import StandaloneContext
from workflows import catalogue
from workflows.node_type import Done


def run(type_name: str, config: dict[str, Any], items: Any = ({},)) -> dict[str, Any]:
    node_type = catalogue.get(type_name)
    outcome = node_type.run(StandaloneContext(node_type, config, items, scope=CallScope(), seconds=120))
    assert isinstance(outcome, Done)
    return dict(outcome.ports)


@pytest.fixture(autouse=True)
def installation(settings, promotion_mock: str) -> None:
    point_at(settings, promotion_mock)


def test_the_specification_holds_no_active_campaign():
    """S3-14: the seed's first two nodes work with no campaigns."""
    campaigns = run("wb-get-campaigns", {"status": 9, "type": 4})
    assert campaigns == {"campaigns_out": []}
    assert run("wb-get-statistics", {"period": 7}, campaigns["campaigns_out"]) == {"stats_out": []}


def test_listed_campaigns_without_details_are_told_by_their_ids():
    items = run("wb-get-campaigns", {"status": 8})["campaigns_out"]
    assert [(item["campaignId"], item["type"], item["status"]) for item in items] == [
        (6485174, 9, 8),
        (6500443, 9, 8),
        (7936341, 9, 8),
    ]


@pytest.mark.parametrize("level", ["campaign", "day"])
def test_views_and_spend_of_the_examples_add_up(level):
    """S3-14: `campaignIds` as the root gives 1373/661.25 and 510/323.47."""
    ports = run("wb-get-statistics", {"campaignIds": [22161678, 28449281], "level": level})
    sums: dict[int, tuple[int, Decimal]] = {}
    for item in ports["stats_out"]:
        views, spend = sums.get(item["campaignId"], (0, Decimal(0)))
        sums[item["campaignId"]] = (views + item["views"], spend + item["spend"])
    assert sums == {22161678: (1373, Decimal("661.25")), 28449281: (510, Decimal("323.47"))}
    assert "errors" not in ports


def test_the_default_is_one_item_per_campaign_and_day():
    items = run("wb-get-statistics", {"campaignIds": [22161678, 28449281]})["stats_out"]
    assert [(item["campaignId"], item["date"]) for item in items] == [
        (22161678, "2025-09-07"),
        (22161678, "2025-09-08"),
        (28449281, "2025-09-08"),
    ]
    assert items[2]["cr"] == Decimal("11.11")
    assert items[2]["revenue"] == Decimal(500)


def test_articles_come_under_their_platform():
    items = run("wb-get-statistics", {"campaignIds": [28449281], "level": "nm"})["stats_out"]
    assert {item["nmName"] for item in items} == {"Футболка желтая", "Футболка салатовая"}
    assert sum(item["views"] for item in items) == 510
