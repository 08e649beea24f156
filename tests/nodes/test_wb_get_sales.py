from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, point_at
from tests.nodes.context import StandaloneContext
from workflows import catalogue
from workflows.node_type import Done, Later

TYPE = "wb-get-sales"
PATH = "/api/v1/supplier/sales"
NODE = catalogue.get(TYPE)


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def sandbox(settings, wrong) -> Iterator[Sandbox]:
    with Sandbox(intercept=wrong, report_rows=30) as running:
        point_at(settings, running.url)
        yield running


def run(config: dict[str, Any] | None = None, **surroundings: Any) -> Any:
    surroundings = {"scope": CallScope(), "seconds": 280.0, **surroundings}
    outcome = NODE.run(StandaloneContext(NODE, config, **surroundings))
    return dict(outcome.ports) if isinstance(outcome, Done) else outcome


def test_sales_and_returns_come_with_exact_money(sandbox):
    """S3-14: a sale is known by `srid` and `saleID`, money is Decimal."""
    items = run({"period": 10})["sales_out"]
    assert len({(item["srid"], item["saleID"]) for item in items}) == len(items) > 60
    assert {item["saleID"][0] for item in items} == {"S", "R"}
    assert all(isinstance(item["forPay"], Decimal) for item in items)


def test_a_sale_and_the_return_of_the_same_order_are_both_kept_and_a_newer_row_replaces_the_older(sandbox, wrong):
    sale = {"srid": "a", "saleID": "S1", "lastChangeDate": "2026-11-20T10:00:00", "forPay": 1}
    newer = {**sale, "lastChangeDate": "2026-11-20T10:00:05", "forPay": 2}
    back = {**sale, "saleID": "R1"}
    wrong.answer(PATH, 200, [sale, back, newer])
    wrong.answer(PATH, 200, [])
    assert run()["sales_out"] == [newer, back]


def test_a_429_gives_the_worker_back_with_what_was_fetched(sandbox, wrong):
    """S3-14: one request in a minute."""
    wrong.answer("T", 429, {}, {"X-Ratelimit-Retry": "60"})
    later = run({"period": 10})
    assert isinstance(later, Later)
    assert (later.seconds, later.reason, len(later.progress["collected"])) == (60, "rate_limited", 30)
