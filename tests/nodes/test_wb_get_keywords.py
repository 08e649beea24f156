from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.safe_json import dumps, loads
from integrations.scope import CallScope
from integrations.wildberries.batches import last_full_days
from integrations.wildberries.errors import AccessDenied
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, ids_with_status, point_at, told_by
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Permanent

TYPE = "wb-get-keywords"
BY_DAY = "/adv/v1/normquery/stats"
IN_TOTAL = "/adv/v0/normquery/stats"
NODE = catalogue.get(TYPE)


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "requests.ndjson"


@pytest.fixture
def sandbox(settings, wrong, log) -> Iterator[Sandbox]:
    with Sandbox(active=60, intercept=wrong, log=log) as running:
        point_at(settings, running.url)
        yield running


def run(config: dict[str, Any] | None = None, items: Any = (), **surroundings: Any) -> Any:
    surroundings = {"scope": CallScope(), "seconds": 120.0, **surroundings}
    outcome = NODE.run(StandaloneContext(NODE, config, items, **surroundings))
    return dict(outcome.ports) if isinstance(outcome, Done) else outcome


def campaigns(sandbox: Sandbox, *statuses: int) -> list[dict[str, Any]]:
    """Items as `wb-get-campaigns` gives them."""
    found = [sandbox.gate.seller.by_id[number] for number in ids_with_status(sandbox, *statuses)]
    return [
        {"campaignId": one.id, "name": one.name, "status": one.status, "nmIds": [nm.nm_id for nm in one.articles]}
        for one in found
    ]


def first_pair(sandbox: Sandbox, payment: str) -> dict[str, int]:
    seller = sandbox.gate.seller
    one = next(c for c in seller.campaigns if c.status == 9 and c.search and c.payment_type == payment)
    return {"campaignId": one.id, "nmId": one.articles[0].nm_id}


def test_queries_of_all_articles_of_the_campaigns_come_day_by_day(today, sandbox, log):
    """S3-14: pairs from the campaigns' articles, a hundred at a time, the last seven full days."""
    rows = campaigns(sandbox, 9)
    items = run({}, rows)["keywords_out"]
    told = told_by(log, BY_DAY)
    pairs = [(pair["advertId"], pair["nmId"]) for answer in told for pair in answer["items"]]
    assert pairs == [(row["campaignId"], article) for row in rows for article in row["nmIds"]]
    assert len(told) == -(-len(pairs) // 100) > 1
    stats = [day["stat"] for answer in told for pair in answer["items"] for day in pair["dailyStats"]]
    assert len(items) == len(stats)
    assert sum(item["spend"] for item in items) == sum(stat["spend"] for stat in stats) > 0
    begin, end = last_full_days(7, today=today)
    assert (min(item["date"] for item in items), max(item["date"] for item in items)) == (str(begin), str(end))
    assert list(items[0])[:2] == ["campaignId", "campaignName"]
    assert all(isinstance(item["spend"], Decimal) for item in items)


def test_totals_are_asked_by_the_other_version_with_its_own_names(sandbox, log, wrong):
    """S3-14: v0 speaks snake_case, v1 camelCase, and both say the same."""
    config = {"pairs": [first_pair(sandbox, "cpm")], "period": 3}
    by_day = run(config)["keywords_out"]
    in_total = run({**config, "level": "total"})["keywords_out"]
    body = loads(log.read_bytes().splitlines()[-1])["body"]
    assert list(body["items"][0]) == ["advert_id", "nm_id"]
    assert wrong.count(IN_TOTAL) == 1
    for total in in_total:
        days = [item for item in by_day if item["keyword"] == total["keyword"]]
        assert total["views"] == sum(item["views"] for item in days)
        assert total["spend"] == sum(item["spend"] for item in days)


def test_windows_are_thirty_days_long_and_totals_of_several_add_up(sandbox, log):
    config = {"pairs": [first_pair(sandbox, "cpm")], "beginDate": "2026-08-01", "endDate": "2026-09-15"}
    items = run({**config, "level": "total"})["keywords_out"]
    told = told_by(log, IN_TOTAL)
    assert len(told) == 2
    assert len({item["keyword"] for item in items}) == len(items)
    clicks = [row["clicks"] for answer in told for pair in answer["stats"] for row in pair["stats"]]
    assert sum(item["clicks"] for item in items) == sum(clicks)


def test_campaigns_paid_by_click_have_no_views(sandbox):
    """S3-14: nullable views, CTR and CPM."""
    items = run({"pairs": [first_pair(sandbox, "cpc")], "period": 1})["keywords_out"]
    assert items
    assert {(item["views"], item["ctr"], item["cpm"]) for item in items} == {(None, None, None)}


def test_only_campaigns_that_can_have_figures_are_asked_for(sandbox, wrong):
    assert run({}, campaigns(sandbox, -1, 4, 8)) == {"keywords_out": []}
    assert run({}, []) == {"keywords_out": []}
    assert wrong.requests == []
    with pytest.raises(Permanent) as caught:
        run({}, [{"id": 1}])
    assert caught.value.code == "campaign_id_missing"


def test_pairs_named_in_the_config_need_no_input():
    assert NODE.needs_input({"pairs": [{"campaignId": 1, "nmId": 2}]}) is False
    assert NODE.needs_input({}) is True


def test_an_answer_that_is_too_long_is_asked_for_in_halves(sandbox, wrong):
    rows = campaigns(sandbox, 9)[:4]
    expected = run({"period": 1}, rows)["keywords_out"]
    wrong.requests.clear()
    wrong.answer(BY_DAY, 200, {"items": [{"a": 1, "b": "x" * 31_000_000}]})
    ports = run({"period": 1}, rows)
    assert ports == {"keywords_out": expected}
    assert len(wrong.requests) == 3


def test_a_429_keeps_what_was_fetched(sandbox, wrong):
    """S3-14: progress is kept, so that a run again asks only for the rest."""
    rows = campaigns(sandbox, 9)
    expected = run({"period": 1}, rows)["keywords_out"]
    wrong.requests.clear()
    first = run({"period": 1}, rows, seconds=30)
    assert isinstance(first, Later)
    wrong.answer(BY_DAY, 429, {}, {"X-Ratelimit-Retry": "0"})
    kept = loads(dumps(first.progress))
    second = run({"period": 1}, rows, progress=kept)
    assert isinstance(second, Later)
    kept = loads(dumps(second.progress))
    assert run({"period": 1}, rows, progress=kept)["keywords_out"] == expected
    assert len(wrong.requests) == 3


def test_a_refused_batch_leaves_by_the_second_port_and_the_others_go_on(sandbox, wrong):
    """S3-14: partial failures."""
    wrong.answer(BY_DAY, 400, {"detail": "incorrect request body", "request_id": "r1"})
    ports = run({"period": 1}, campaigns(sandbox, 9))
    (error,) = ports["errors"]
    assert (len(error["pairs"]), error["status"], error["requestId"]) == (100, 400, "r1")
    assert ports["keywords_out"]


def test_without_the_right_to_ask_the_step_stops(sandbox, wrong):
    """S3-14: 403 with Wildberries' own words."""
    wrong.answer(BY_DAY, 403, {"title": "request forbidden", "detail": "norm_query API not available"})
    with pytest.raises(AccessDenied) as caught:
        run({}, campaigns(sandbox, 9))
    assert caught.value.details["detail"] == "norm_query API not available"


@pytest.mark.parametrize(("status", "body"), [(204, None), (200, None), (200, {"items": None})])
def test_an_empty_answer_is_no_data(sandbox, wrong, status, body):
    wrong.answer(BY_DAY, status, body)
    assert run({"pairs": [{"campaignId": 1, "nmId": 2}]}) == {"keywords_out": []}


@pytest.mark.parametrize(
    ("config", "field"), [({"level": "hour"}, "level"), ({"pairs": [{"campaignId": 1}]}, "pairs[0].nmId")]
)
def test_a_wrong_config_is_found_on_save(config, field):
    assert list(faults(TYPE, config)) == [field]
