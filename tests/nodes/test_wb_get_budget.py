from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.wildberries.sandbox.figures import budget
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, ids_with_status, point_at
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Permanent

TYPE = "wb-get-budget"
PATH = "/api/advert/v2/budget"
NODE = catalogue.get(TYPE)


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def sandbox(settings, wrong) -> Iterator[Sandbox]:
    with Sandbox(active=60, intercept=wrong) as running:
        point_at(settings, running.url)
        yield running


def run(config: dict[str, Any] | None = None, items: Any = (), **surroundings: Any) -> Any:
    surroundings = {"scope": CallScope(), "seconds": 120.0, **surroundings}
    outcome = NODE.run(StandaloneContext(NODE, config, items, **surroundings))
    return dict(outcome.ports) if isinstance(outcome, Done) else outcome


def test_budgets_of_all_campaigns_come_fifty_at_a_time(sandbox, wrong):
    """S3-14: chunks of fifty, the operation that replaced the one switched off in November 2026."""
    ids = ids_with_status(sandbox, 9)
    items = run({}, [{"campaignId": number, "name": "Осень"} for number in ids])["budgets_out"]
    assert [item["campaignId"] for item in items] == ids
    seller = sandbox.gate.seller
    assert items[0] == {
        "campaignId": ids[0],
        "campaignName": "Осень",
        "budget": budget(seller, seller.by_id[ids[0]]),
        "currency": "RUB",
    }
    assert wrong.count(PATH) == 2


def test_campaigns_named_in_the_config_need_no_input(sandbox):
    (number,) = ids_with_status(sandbox, 9)[:1]
    assert NODE.needs_input({"campaignIds": [number]}) is False
    assert NODE.needs_input({}) is True
    assert len(run({"campaignIds": [number, number]}, [{}])["budgets_out"]) == 1


def test_without_campaigns_nothing_is_asked(sandbox, wrong):
    assert run() == {"budgets_out": []}
    assert wrong.requests == []
    with pytest.raises(Permanent):
        run({}, [{"id": 1}])


def test_unknown_campaigns_are_told_beside_the_others(sandbox):
    """S3-14: ids missing from an answer are reported too."""
    known = ids_with_status(sandbox, 9)[0]
    (error,) = run({"campaignIds": [known, 5]})["errors"]
    assert (error["ids"], error["code"]) == ([5], "missing")


@pytest.mark.parametrize(("status", "body"), [(204, None), (200, None), (200, {"adverts": None}), (200, {})])
def test_an_empty_answer_is_no_data(sandbox, wrong, status, body):
    """S3-14: 204 and `null` are no errors."""
    wrong.answer(PATH, status, body)
    assert run({"campaignIds": [5]}) == {"budgets_out": []}


def test_a_429_gives_the_worker_back(sandbox, wrong):
    wrong.answer(PATH, 429, {}, {"X-Ratelimit-Retry": "30"})
    later = run({"campaignIds": [5]})
    assert isinstance(later, Later)
    assert (later.seconds, later.reason) == (30, "rate_limited")


def test_when_nothing_at_all_is_answered_the_step_fails(sandbox, wrong):
    wrong.answer(PATH, 400, {"detail": "invalid ids"})
    with pytest.raises(Permanent) as caught:
        run({"campaignIds": [5]})
    assert caught.value.code == "no_budgets"


def test_a_wrong_config_is_found_on_save():
    assert list(faults(TYPE, {"campaignIds": ["x"]})) == ["campaignIds[0]"]
