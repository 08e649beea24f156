"""Nodes for data at work in runs: two inputs, many outputs, exact numbers between steps."""

from __future__ import annotations

from decimal import Decimal

from executions.models import StepData
from tests.integration.executions.driving import definition, drain, items, start, status, statuses

NAMES = [{"campaignId": 1, "name": "Winter"}, {"campaignId": 2, "name": "Summer"}, {"campaignId": 3, "name": "Idle"}]
DAYS = [
    {"campaignId": 1, "date": "2026-03-01", "views": 1000, "clicks": 30, "spend": Decimal("0.10")},
    {"campaignId": 1, "date": "2026-03-02", "views": "3000", "clicks": 10, "spend": Decimal("0.20")},
    {"campaignId": 2, "date": "2026-03-01", "views": 0, "clicks": 0, "spend": Decimal("5.00")},
    {"campaignId": 2, "date": "2026-03-02", "views": None, "spend": "-"},
]


def report() -> dict:
    """Figures per campaign, beside the campaigns' names, the dear ones apart."""
    figures = {"over": "groups", "groupBy": "campaignId", "metrics": ["ctr", "cpc"], "decimals": 3}
    what = definition(
        [
            ("names", "split-out", {"config": {"field": "names"}}),
            ("days", "split-out", {"config": {"field": "days"}}),
            ("figures", "data-metrics", {"config": figures}),
            ("both", "merge", {"config": {"mode": "key", "by": "campaignId", "how": "left"}}),
            ("sorted", "sort", {"config": {"by": [{"field": "spend", "order": "desc"}]}}),
            ("sides", "switch", {"config": {"rules": [{"conditions": [{"field": "spend", "op": "gt", "value": 1}]}]}}),
            ("dear", "data-transform", {"config": {"pick": ["name", "ctr"]}}),
            ("rest", "noop"),
        ],
        [
            ("days", "figures"),
            ("names", "both"),
            ("figures", "both"),
            ("both", "sorted"),
            ("sorted", "sides"),
            ("sides", "dear", "case_1"),
            ("sides", "rest", "fallback"),
        ],
    )
    what["edges"][2]["targetHandle"] = "second"
    return what


def test_figures_of_dirty_rows_reach_the_names_of_their_campaigns(anna):
    """S3-15: metrics from sums, without floats, null where nothing can be divided."""
    run = start(anna, report(), input_data={"names": NAMES, "days": DAYS})
    drain()

    assert status(run) == "succeeded"
    assert items(run, "dear") == [{"name": "Summer", "ctr": None}]
    winter = {"campaignId": 1, "name": "Winter", "clicks": 40, "views": 4000, "spend": Decimal("0.30")}
    assert items(run, "rest") == [
        {**winter, "ctr": Decimal("1.000"), "cpc": Decimal("0.008")},
        {"campaignId": 3, "name": "Idle"},
    ]


def test_what_was_joined_knows_where_it_came_from(anna):
    run = start(anna, report(), input_data={"names": NAMES, "days": DAYS})
    drain()

    stored = StepData.objects.get(step__execution=run, step__node_id="sorted")
    assert stored.sources == [["in", 1], ["in", 0], ["in", 2]]


def test_a_stopped_branch_leaves_the_others_alone(anna):
    what = definition(
        [("root", "noop"), ("stop", "stop"), ("never", "noop"), ("other", "noop")],
        [("root", "stop"), ("stop", "never"), ("root", "other")],
    )
    run = start(anna, what)
    drain()

    assert status(run) == "succeeded"
    assert statuses(run) == {"root": "succeeded", "stop": "succeeded", "never": "skipped", "other": "succeeded"}


def test_a_branch_by_chance_carries_the_run_on(anna):
    """S1-6: shares as a definition holds them, with a fraction."""
    branches = [{"name": "A", "share": Decimal("0.5")}, {"name": "B", "share": Decimal("99.5")}]
    what = definition(
        [("split", "split", {"config": {"branches": branches, "seed": "b"}}), ("a", "noop"), ("b", "noop")],
        [("split", "a", "branch_1"), ("split", "b", "branch_2")],
    )
    run = start(anna, what)
    drain()

    assert statuses(run) == {"split": "succeeded", "a": "skipped", "b": "succeeded"}
