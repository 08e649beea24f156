"""The node type `data-aggregator`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Permanent
from workflows.nodes.data_aggregator import MAX_ITEMS

SEED = {
    "groupBy": "campaignId",
    "aggregations": [
        {"name": "totalViews", "field": "views", "operation": "sum"},
        {"name": "totalSpend", "field": "spend", "operation": "sum"},
    ],
}


def rows(config: dict[str, Any], items: list[dict[str, Any]]) -> list[Any]:
    outcome = run("data-aggregator", config, items)
    assert isinstance(outcome, Done)
    return list(outcome.ports["out"])


def test_the_config_of_the_seed_adds_up_views_and_spend() -> None:
    items = [
        {"campaignId": 1, "views": 1000, "spend": Decimal("0.10")},
        {"campaignId": 2, "views": 510, "spend": Decimal("323.47")},
        {"campaignId": 1, "views": 373, "spend": Decimal("0.20")},
    ]

    assert run("data-aggregator", SEED, items) == Done(
        {
            "out": [
                {"campaignId": 1, "totalViews": 1373, "totalSpend": Decimal("0.30")},
                {"campaignId": 2, "totalViews": 510, "totalSpend": Decimal("323.47")},
            ]
        },
        {"out": [("stats_in", 0), ("stats_in", 1)]},
    )


def test_no_items_give_an_empty_table() -> None:
    assert rows(SEED, []) == []


def test_items_are_grouped_by_several_fields() -> None:
    config = {"groupBy": ["campaign.id", "day"], "aggregations": [{"name": "rows", "operation": "count"}]}
    items = [
        {"campaign": {"id": 1}, "day": "a"},
        {"campaign": {"id": 1}, "day": "b"},
        {"campaign": {"id": 1}, "day": "a"},
    ]

    assert rows(config, items) == [
        {"campaign.id": 1, "day": "a", "rows": 2},
        {"campaign.id": 1, "day": "b", "rows": 1},
    ]


def test_without_fields_to_group_by_everything_is_one_group() -> None:
    assert rows({"aggregations": [{"name": "n", "operation": "count"}]}, [{}, {}]) == [{"n": 2}]


def test_every_operation_works() -> None:
    """S3-15: sum, avg, min, max, count, count of different values, first and last."""
    operations = ["sum", "avg", "min", "max", "count", "countDistinct", "first", "last"]
    config = {"aggregations": [{"name": name, "field": "v", "operation": name} for name in operations]}

    assert rows(config, [{"v": 2}, {"v": 5}, {"v": 2}]) == [
        {"sum": 9, "avg": 3, "min": 2, "max": 5, "count": 3, "countDistinct": 2, "first": 2, "last": 2}
    ]


def test_numbers_can_be_rounded_and_written_as_text() -> None:
    config = {
        "numbersAs": "string",
        "aggregations": [{"name": "mean", "field": "v", "operation": "avg", "decimals": 2}],
    }

    assert rows(config, [{"v": 1}, {"v": 2}, {"v": 2}]) == [{"mean": "1.67"}]


def test_the_log_counts_what_was_read_as_a_number_and_what_was_left_out() -> None:
    node_type = catalogue.get("data-aggregator")
    context = StandaloneContext(node_type, SEED, [{"campaignId": 1, "views": "5", "spend": None}])

    node_type.run(context)

    assert context.log.texts("info") == [
        "Сгруппировано элементов: 1, групп: 1",
        "«totalViews»: 1 строк прочитано как числа",
    ]
    assert context.log.texts("warning") == ["«totalSpend»: пропущено значений: 1"]


def test_too_many_items_are_refused() -> None:
    with pytest.raises(Permanent) as failure:
        run("data-aggregator", SEED, [{}] * (MAX_ITEMS + 1))

    assert failure.value.details == {"count": MAX_ITEMS + 1, "limit": MAX_ITEMS}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"groupBy": "a"}, "aggregations"),
        ({"groupBy": "a[", "aggregations": []}, "groupBy"),
        ({"groupBy": 5, "aggregations": []}, "groupBy"),
        ({"aggregations": [{"name": "n", "field": "v", "operation": "median"}]}, "aggregations[0].operation"),
        ({"aggregations": [{"name": "n", "operation": "sum"}]}, "aggregations[0]"),
        ({"aggregations": [{"name": "n", "field": "v..", "operation": "sum"}]}, "aggregations[0].field"),
        ({"groupBy": "n", "aggregations": [{"name": "n", "operation": "count"}]}, "config"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    assert field in faults("data-aggregator", config)
