from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.scope import CallScope
from integrations.wildberries.batches import last_full_days
from integrations.wildberries.sandbox.figures import full_statistics
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, ids_with_status, point_at
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Permanent

TYPE = "wb-get-spend"
PATH = "/adv/v1/upd"
NODE = catalogue.get(TYPE)


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def sandbox(settings, wrong) -> Iterator[Sandbox]:
    with Sandbox(intercept=wrong) as running:
        point_at(settings, running.url)
        yield running


def run(config: dict[str, Any] | None = None, **surroundings: Any) -> Any:
    surroundings = {"scope": CallScope(), "seconds": 120.0, **surroundings}
    outcome = NODE.run(StandaloneContext(NODE, config, **surroundings))
    return dict(outcome.ports) if isinstance(outcome, Done) else outcome


def test_spend_of_a_week_agrees_with_the_statistics(today, sandbox):
    """S3-14: whole roubles of what `fullstats` tells to the kopeck."""
    seller, number = sandbox.gate.seller, ids_with_status(sandbox, 9)[0]
    begin, end = last_full_days(7, today=today)
    told: Any = full_statistics(seller, seller.by_id[number], begin, end)
    items = run({"campaignIds": [number]})["spend_out"]
    assert [item["date"] for item in items] == [day["date"][:10] for day in told["days"]]
    assert [item["spend"] for item in items] == [
        day["sum"].quantize(Decimal(1), "ROUND_HALF_UP") for day in told["days"]
    ]
    assert set(items[0]) == {
        "campaignId",
        "campaignName",
        "date",
        "chargedAt",
        "spend",
        "source",
        "document",
        "type",
        "status",
    }


def test_without_a_choice_all_campaigns_are_told(sandbox):
    items = run({"period": 1})["spend_out"]
    assert {item["campaignId"] for item in items} == set(ids_with_status(sandbox, 9, 11))


def test_long_ranges_are_cut_into_windows_of_thirty_one_days(today, sandbox, wrong):
    """S3-14: windows, and never the future."""
    run({"beginDate": "2026-09-01", "endDate": "2026-10-15"})
    assert [target.partition("?")[2] for target in wrong.requests] == [
        "from=2026-09-01&to=2026-10-01",
        "from=2026-10-02&to=2026-10-15",
    ]
    wrong.requests.clear()
    run({"beginDate": "2026-09-01", "endDate": "2099-01-01"})
    assert wrong.requests[-1].endswith(f"to={today}")


def test_a_window_that_fails_leaves_by_the_second_port(sandbox, wrong):
    """S3-14: partial failures beside the results; what is refused in plain words is told in them."""
    wrong.answer("from=2026-10-02", 400, "Некорректный идентификатор продавца")
    ports = run({"beginDate": "2026-09-01", "endDate": "2026-10-15"})
    (error,) = ports["errors"]
    assert (error["begin"], error["end"], error["status"]) == ("2026-10-02", "2026-10-15", 400)
    assert "идентификатор" in error["error"]


@pytest.mark.parametrize(("status", "body"), [(204, None), (200, None), (200, [])])
def test_an_empty_answer_is_no_data(sandbox, wrong, status, body):
    """S3-14: 204 and `null` are no errors."""
    wrong.answer(PATH, status, body)
    assert run() == {"spend_out": []}


def test_what_is_not_taken_yet_has_no_time(sandbox, wrong):
    wrong.answer(PATH, 200, [{"updNum": 0, "updTime": None, "updSum": 107, "advertId": 3}])
    (item,) = run()["spend_out"]
    assert (item["chargedAt"], item["date"], item["spend"]) == (None, None, 107)


def test_a_429_gives_the_worker_back(sandbox, wrong):
    wrong.answer(PATH, 429, {}, {"X-Ratelimit-Retry": "30"})
    later = run()
    assert isinstance(later, Later)
    assert later.seconds == 30


def test_when_nothing_at_all_is_answered_the_step_fails(sandbox, wrong):
    wrong.answer(PATH, 400, "нет")
    with pytest.raises(Permanent) as caught:
        run()
    assert caught.value.code == "no_spend"


def test_a_wrong_config_is_found_on_save():
    assert list(faults(TYPE, {"period": 0})) == ["period"]
