from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import RateLimited, ServerFault
from integrations.safe_json import dumps, loads
from integrations.scope import CallScope
from integrations.wildberries.errors import AccessDenied, TokenMissing, TokenRejected
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, ids_with_status, point_at, readable_token
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later

TYPE = "wb-get-campaigns"


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def sandbox(settings, wrong) -> Iterator[Sandbox]:
    with Sandbox(active=60, intercept=wrong) as running:
        point_at(settings, running.url)
        yield running


def context(config: dict[str, Any] | None = None, **surroundings: Any) -> StandaloneContext:
    return StandaloneContext(catalogue.get(TYPE), config, scope=CallScope(), **surroundings)


def run(surroundings: StandaloneContext) -> list[dict[str, Any]]:
    outcome = catalogue.get(TYPE).run(surroundings)
    assert isinstance(outcome, Done)
    return list(outcome.ports["campaigns_out"])


def test_active_campaigns_come_with_their_details(sandbox, wrong):
    """S3-14: the list is filtered on our side, details are asked fifty at a time."""
    items = run(context({"status": 9}))
    assert [item["campaignId"] for item in items] == ids_with_status(sandbox, 9)
    assert wrong.count("/adv/v1/promotion/count") == 1
    assert wrong.count("/api/advert/v2/adverts") == 2
    first = sandbox.gate.seller.by_id[items[0]["campaignId"]]
    assert items[0] == {
        "campaignId": first.id,
        "name": first.name,
        "type": first.type,
        "status": 9,
        "paymentType": first.payment_type,
        "bidType": first.bid_type,
        "currency": "RUB",
        "nmIds": [article.nm_id for article in first.articles],
        "placements": {"search": first.search, "recommendations": first.recommendations},
        "createdAt": first.created.isoformat(timespec="microseconds"),
        "startedAt": first.started.isoformat(timespec="microseconds") if first.started else None,
        "updatedAt": first.changed.isoformat(timespec="microseconds"),
    }


def test_the_seeds_retired_type_selects_current_campaigns_and_warns(sandbox):
    """S3-14: `{"status": 9, "type": 4}` of the seed gives rows."""
    surroundings = context({"status": 9, "type": 4})
    assert [item["campaignId"] for item in run(surroundings)] == ids_with_status(sandbox, 9)
    (warning,) = surroundings.log.texts("warning")
    assert "4" in warning


def test_lists_of_statuses_and_types_are_understood(sandbox):
    items = run(context({"status": [9, 11], "type": [8]}))
    assert items
    assert {item["type"] for item in items} == {8}
    assert {item["status"] for item in items} <= {9, 11}


def test_without_a_choice_every_campaign_is_told_even_those_without_details(sandbox):
    items = run(context())
    assert {item["campaignId"] for item in items} == set(sandbox.gate.seller.by_id)
    retired = [item for item in items if item["type"] in (4, 5, 6, 7)]
    assert retired
    assert all(item["name"] is None for item in retired)


@pytest.mark.parametrize("answer", [{"adverts": None, "all": 0}, {"adverts": [], "all": 0}, None])
def test_a_seller_without_campaigns_gives_no_items(sandbox, wrong, answer):
    """S3-14: an empty list is no error; the port fires."""
    wrong.answer("count", 204 if answer is None else 200, answer)
    assert run(context({"status": 9})) == []
    assert wrong.count("adverts") == 0


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"status": "active"}, "status"),
        ({"status": 5}, "status"),
        ({"status": True}, "status"),
        ({"status": [9, "x"]}, "status[1]"),
        ({"type": 10}, "type"),
        ({"kind": 9}, "kind"),
    ],
)
def test_a_wrong_config_is_found_on_save(config, field):
    assert list(faults(TYPE, config)) == [field]


@pytest.mark.parametrize("config", [{}, {"status": 9, "type": 4}, {"status": None}, {"status": "{{ $json.status }}"}])
def test_a_right_config_is_accepted_on_save(config):
    """S3-14"""
    assert faults(TYPE, config) == {}


def test_a_template_in_the_config_is_filled_from_the_input(sandbox):
    items = run(context({"status": "{{ $json.wanted }}"}, items=[{"wanted": "11"}]))
    assert {item["status"] for item in items} == {11}


@pytest.mark.parametrize(("status", "error"), [(401, TokenRejected), (403, AccessDenied)])
def test_a_refused_token_stops_the_step_and_is_not_told(sandbox, wrong, settings, status, error):
    """S3-14: 401 is told from other refusals."""
    wrong.answer(
        "count", status, {"title": "unauthorized", "detail": f"token problem; {settings.WB_API_KEY} is malformed"}
    )
    with pytest.raises(error) as caught:
        run(context())
    assert caught.value.transient is False
    assert settings.WB_API_KEY not in f"{caught.value} {caught.value.details}"
    assert "token problem" in caught.value.details["detail"]


def test_without_a_token_nothing_is_asked(sandbox, wrong, settings):
    settings.WB_API_KEY = ""
    with pytest.raises(TokenMissing):
        run(context())
    assert wrong.requests == []


def test_a_fault_of_the_server_is_left_to_the_retry_policy(sandbox, wrong):
    wrong.answer("count", 502, {"detail": "bad gateway"})
    with pytest.raises(ServerFault) as caught:
        run(context({"status": 9}))
    assert caught.value.transient is True


def test_details_that_fail_are_asked_again_later_and_nothing_else_is(sandbox, wrong):
    """S3-14: progress is kept, so that a step that runs again resumes."""
    wrong.answer("adverts", 502, {"detail": "bad gateway"})
    later = catalogue.get(TYPE).run(context({"status": 9}))
    assert isinstance(later, Later)
    assert (later.reason, len(later.progress["collected"])) == ("server_fault", 10)
    items = run(context({"status": 9}, progress=loads(dumps(later.progress))))
    assert {item["campaignId"] for item in items} == set(ids_with_status(sandbox, 9))
    assert (wrong.count("count"), wrong.count("adverts")) == (1, 3)


def test_details_that_are_refused_leave_by_the_second_port(sandbox, wrong):
    """S3-14: partial failures."""
    ids = ids_with_status(sandbox, 9)
    wrong.answer("adverts", 400, {"detail": "invalid ids", "request_id": "r1"})
    outcome = catalogue.get(TYPE).run(context({"status": 9}))
    assert isinstance(outcome, Done)
    (error,) = outcome.ports["errors"]
    assert (error["ids"], error["status"], error["requestId"]) == (ids[:50], 400, "r1")
    assert [item["campaignId"] for item in outcome.ports["campaigns_out"]] == ids[50:]


def test_a_429_is_waited_out_as_a_row_and_nothing_is_asked_twice(sandbox, wrong):
    """S3-14: a 429 with `X-Ratelimit-Retry` gives the worker back; what was fetched is kept."""
    second_chunk = str(ids_with_status(sandbox, 9)[50])
    wrong.answer(second_chunk, 429, {"title": "too many requests"}, {"X-Ratelimit-Retry": "3600"})
    later = catalogue.get(TYPE).run(context({"status": 9}))
    assert isinstance(later, Later)
    assert (later.seconds, later.reason) == (3600, "rate_limited")
    kept = loads(dumps(later.progress))
    assert len(kept["collected"]) == 50
    # The bucket is frozen for everybody with this token: another step does not even ask.
    asked = wrong.count("adverts")
    other = catalogue.get(TYPE).run(context({"status": 9}))
    assert isinstance(other, Later)
    assert 3500 < other.seconds <= 3600
    assert wrong.count("adverts") == asked


def test_what_was_fetched_before_is_not_asked_again(sandbox, wrong):
    first, *rest = ids_with_status(sandbox, 9)[:3]
    listed = {str(number): [9, 9] for number in rest}
    progress = {"pending": [{"ids": rest}], "facts": {"listed": listed}, "collected": [{"campaignId": first}]}
    items = run(context({"status": 9}, progress=progress))
    assert [item["campaignId"] for item in items] == [first, *rest]
    assert wrong.count("count") == 0


def test_endless_429_fails_at_last(sandbox, wrong):
    wrong.answer("count", 429, {"title": "too many requests"}, {"X-Ratelimit-Retry": "0"}, times=10)
    progress = None
    for _refusal in range(5):
        outcome = catalogue.get(TYPE).run(context(progress=progress))
        assert isinstance(outcome, Later)
        progress = loads(dumps(outcome.progress))
    with pytest.raises(RateLimited):
        catalogue.get(TYPE).run(context(progress=progress))


def test_a_token_that_ends_soon_is_warned_of(sandbox, settings):
    """S3-14: the expiry of the token is read from it and shown."""
    expires = datetime.now(UTC) + timedelta(days=5)
    settings.WB_API_KEY = readable_token(sid="seller-1", acc=3, exp=int(expires.timestamp()))
    surroundings = context({"status": 9})
    run(surroundings)
    assert surroundings.log.texts("warning") == ["До конца действия токена Wildberries дней: 5"]
