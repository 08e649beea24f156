"""The node type `data-metrics`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.items.limits import MAX_ITEMS
from workflows.node_type import Done, Permanent

DAYS = [
    {"id": 1, "date": "2026-01-02", "views": 1000, "clicks": 30, "orders": 3, "spend": Decimal("0.20"), "revenue": 20},
    {"id": 1, "date": "2026-01-01", "views": 3000, "clicks": 10, "orders": 1, "spend": Decimal("0.10"), "revenue": 10},
    {"id": 2, "date": "2026-01-01", "views": 0, "clicks": 0, "orders": 0, "spend": Decimal(0), "revenue": 0},
]


def rows(config: dict[str, Any], items: list[Any]) -> list[Any]:
    outcome = run("data-metrics", config, items)
    assert isinstance(outcome, Done)
    return list(outcome.ports["out"])


def test_every_metric_is_calculated_from_what_it_is_made_of() -> None:
    """S3-15: CTR, CPC, CPM, CR, ACOS/ДРР, ROAS, CPO and AOV."""
    item = {"views": 2000, "clicks": 40, "atbs": 8, "orders": 4, "spend": 100, "revenue": 500}
    names = ["ctr", "cpc", "cpm", "cr", "cartRate", "cpo", "cartCost", "acos", "drr", "roas", "aov"]

    assert rows({"metrics": names, "decimals": 1}, [item]) == [
        {
            **item,
            "ctr": 2,
            "cpc": Decimal("2.5"),
            "cpm": 50,
            "cr": 10,
            "cartRate": 20,
            "cpo": 25,
            "cartCost": Decimal("12.5"),
            "acos": 20,
            "drr": 20,
            "roas": 5,
            "aov": 125,
        }
    ]


def test_without_a_divisor_a_metric_is_null() -> None:
    """S3-15: zero, null, missing and unreadable divisors; nothing of it is an error."""
    config = {"metrics": ["ctr"]}

    for item in ({"clicks": 5, "views": 0}, {"clicks": 5, "views": None}, {"clicks": 5}, {"clicks": 5, "views": "-"}):
        assert rows(config, [item]) == [{**item, "ctr": None}]


def test_the_items_themselves_are_left_alone() -> None:
    item = {"clicks": 1, "views": 2}

    assert rows({"metrics": ["ctr"]}, [item]) == [{"clicks": 1, "views": 2, "ctr": 50}]
    assert item == {"clicks": 1, "views": 2}


def test_a_figure_of_a_group_is_made_from_its_sums() -> None:
    """S3-15: 40 clicks of 4000 views are 1 %, not the average of 3 % and 0.33 %."""
    config = {"over": "groups", "groupBy": "id", "metrics": ["ctr", "cpc"], "decimals": 3}

    assert run("data-metrics", config, DAYS) == Done(
        {
            "out": [
                {"id": 1, "views": 4000, "clicks": 40, "spend": Decimal("0.30"), "ctr": 1, "cpc": Decimal("0.008")},
                {"id": 2, "views": 0, "clicks": 0, "spend": Decimal(0), "ctr": None, "cpc": None},
            ]
        },
        {"out": [("in", 0), ("in", 2)]},
    )


def test_without_fields_to_group_by_there_is_one_total() -> None:
    config = {"over": "groups", "metrics": ["roas"]}

    assert rows(config, DAYS) == [{"spend": Decimal("0.30"), "revenue": 30, "roas": 100}]
    assert rows(config, []) == []


def test_averages_are_per_row_or_per_different_value() -> None:
    config = {
        "over": "groups",
        "metrics": [],
        "averages": [
            {"name": "perRow", "field": "spend"},
            {"name": "perDay", "field": "spend", "per": "date"},
        ],
    }

    assert rows(config, DAYS) == [{"spend": Decimal("0.30"), "perRow": Decimal("0.10"), "perDay": Decimal("0.15")}]


def test_shares_are_of_the_total_of_all_rows() -> None:
    config = {"over": "groups", "groupBy": ["id"], "metrics": [], "shares": [{"name": "part", "field": "views"}]}

    assert rows(config, DAYS) == [{"id": 1, "views": 4000, "part": 100}, {"id": 2, "views": 0, "part": 0}]


def test_changes_are_against_the_period_before_within_the_same_campaign() -> None:
    config = {
        "over": "groups",
        "groupBy": ["id", "date"],
        "metrics": ["cpc"],
        "deltas": [
            {"name": "spendChange", "field": "spend", "along": "date", "within": ["id"]},
            {"name": "cpcChange", "field": "cpc", "along": "date", "within": ["id"], "unit": "difference"},
        ],
    }

    found = rows(config, DAYS)

    assert [row["spendChange"] for row in found] == [100, None, None]
    assert [row["cpcChange"] for row in found] == [0, None, None]


def test_changes_can_be_against_another_field() -> None:
    config = {"metrics": [], "deltas": [{"name": "change", "field": "now.spend", "previous": "past.spend"}]}

    assert rows(config, [{"now": {"spend": 5}, "past": {"spend": "4"}}])[0]["change"] == 25
    assert rows(config, [{"now": {"spend": 5}}])[0]["change"] is None


def test_fields_may_have_other_names() -> None:
    config = {"metrics": ["drr"], "fields": {"spend": "ad.sum", "revenue": "sum_price"}, "numbersAs": "string"}

    assert rows(config, [{"ad": {"sum": "1"}, "sum_price": 3}])[0]["drr"] == "33.33"


def test_numbers_of_groups_can_be_written_as_text() -> None:
    config = {"over": "groups", "metrics": ["cpc"], "numbersAs": "string"}

    assert rows(config, DAYS) == [{"clicks": 40, "spend": "0.30", "cpc": "0.01"}]


def test_the_log_counts_what_was_read_as_a_number_and_what_was_left_out() -> None:
    items = [{"id": 1, "views": "5", "clicks": None}, {"id": 1, "views": "7", "clicks": 1}]
    for config in ({"metrics": ["ctr"]}, {"metrics": ["ctr"], "over": "groups", "groupBy": "id"}):
        context = StandaloneContext(catalogue.get("data-metrics"), config, items)

        catalogue.get("data-metrics").run(context)

        assert context.log.texts("info")[1:] == ["«views»: 2 строк прочитано как числа"]
        assert context.log.texts("warning") == ["«clicks»: пропущено значений: 1"]


def test_too_many_items_are_refused() -> None:
    with pytest.raises(Permanent) as failure:
        run("data-metrics", {}, [{}] * (MAX_ITEMS + 1))

    assert failure.value.code == "too_many_items"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"metrics": ["cac"]}, "metrics[0]"),
        ({"groupBy": "id"}, "config"),
        ({"averages": [{"name": "a", "field": "b"}]}, "config"),
        ({"over": "groups", "groupBy": "a["}, "groupBy"),
        ({"over": "groups", "groupBy": "ctr", "metrics": ["ctr"]}, "config"),
        ({"shares": [{"name": "ctr", "field": "views"}]}, "config"),
        ({"fields": {"spend": ""}}, "fields.spend"),
        ({"deltas": [{"name": "d", "field": "spend"}]}, "deltas[0]"),
        ({"deltas": [{"name": "d", "field": "spend", "along": "date", "previous": "x"}]}, "deltas[0]"),
        ({"over": "groups", "deltas": [{"name": "d", "field": "spend", "along": "date"}]}, "config"),
        ({"decimals": 40}, "decimals"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    assert field in faults("data-metrics", config)
