from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from integrations.errors import ForbiddenTarget, ServerFault
from integrations.safe_json import dumps, loads
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from integrations.wildberries.batches import last_full_days
from integrations.wildberries.errors import AccessDenied, TokenRejected
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, ids_with_status, point_at, readable_token, told_by
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Outcome, Permanent

TYPE = "wb-get-statistics"
FULLSTATS = "/adv/v3/fullstats"
NODE = catalogue.get(TYPE)


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "requests.ndjson"


@pytest.fixture
def sandbox(settings, wrong, log) -> Iterator[Sandbox]:
    with Sandbox(active=120, intercept=wrong, log=log) as running:
        point_at(settings, running.url)
        yield running


def context(config: dict[str, Any] | None = None, items: Any = (), **surroundings: Any) -> StandaloneContext:
    surroundings = {"scope": CallScope(), "seconds": 120.0, **surroundings}
    return StandaloneContext(NODE, config, items, **surroundings)


def done(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    assert isinstance(outcome, Done)
    return {port: list(items) for port, items in outcome.ports.items()}


def campaigns(sandbox: Sandbox, *statuses: int) -> list[dict[str, Any]]:
    ids = ids_with_status(sandbox, *statuses)
    return [{"campaignId": number, "status": sandbox.gate.seller.by_id[number].status} for number in ids]


def totals(rows: list[dict[str, Any]], views: str, spend: str, campaign: str) -> dict[int, tuple[int, Decimal]]:
    sums: dict[int, tuple[int, Decimal]] = {}
    for row in rows:
        seen, spent = sums.get(row[campaign], (0, Decimal(0)))
        sums[row[campaign]] = (seen + row[views], spent + row[spend])
    return sums


def test_sums_per_campaign_equal_what_the_sandbox_told(today, sandbox, log):
    """S3-14: chunks of fifty, the last seven full days, fields named as in the seed."""
    ports = done(NODE.run(context({"period": 7}, campaigns(sandbox, 9))))
    items = ports["stats_out"]
    assert len(items) == 120 * 7
    begin, end = last_full_days(7, today=today)
    assert {item["date"] for item in items} == {
        day["date"][:10] for answer in told_by(log, FULLSTATS) for row in answer for day in row["days"]
    }
    assert (min(item["date"] for item in items), max(item["date"] for item in items)) == (str(begin), str(end))
    told = [row for answer in told_by(log, FULLSTATS) for row in answer]
    assert totals(items, "views", "spend", "campaignId") == totals(told, "views", "sum", "advertId")
    assert "errors" not in ports
    assert all(isinstance(item["spend"], Decimal) for item in items)


@pytest.mark.parametrize("level", ["campaign", "day", "app"])
def test_every_level_gives_the_same_sums(sandbox, level):
    rows = campaigns(sandbox, 9)[:3]
    expected = totals(done(NODE.run(context({}, rows)))["stats_out"], "views", "spend", "campaignId")
    items = done(NODE.run(context({"level": level}, rows)))["stats_out"]
    assert totals(items, "views", "spend", "campaignId") == expected


def test_names_of_the_input_are_handed_on(sandbox):
    (row,) = campaigns(sandbox, 9)[:1]
    items = done(NODE.run(context({"period": 1}, [{**row, "name": "Осень"}])))["stats_out"]
    assert list(items[0])[:2] == ["campaignId", "campaignName"]
    assert items[0]["campaignName"] == "Осень"


def test_only_campaigns_that_can_have_statistics_are_asked_for(sandbox, log):
    """S3-14: statuses 7, 9 and 11."""
    surroundings = context({"period": 1}, campaigns(sandbox, -1, 4, 8, 9, 11))
    NODE.run(surroundings)
    lines = [loads(line) for line in log.read_bytes().splitlines()]
    asked = [int(number) for line in lines for number in line["query"]["ids"].split(",")]
    assert asked == ids_with_status(sandbox, 9, 11)
    assert any("6" in line for line in surroundings.log.texts("info"))


def test_without_campaigns_nothing_is_asked_and_the_port_fires_empty(sandbox, wrong, settings):
    """S3-14: an empty list is no error."""
    settings.WB_API_KEY = ""
    assert done(NODE.run(context({}, []))) == {"stats_out": []}
    assert wrong.requests == []


def test_campaigns_named_in_the_config_need_no_input(sandbox):
    """S3-14: `campaignIds` makes the node a possible start."""
    ids = ids_with_status(sandbox, 9)[:2]
    assert NODE.needs_input({"campaignIds": ids}) is False
    assert NODE.needs_input({"period": 7}) is True
    items = done(NODE.run(context({"campaignIds": [*ids, ids[0]], "period": 2}, [{"someInitialParam": "value"}])))
    assert [item["campaignId"] for item in items["stats_out"]] == [ids[0], ids[0], ids[1], ids[1]]


def test_dates_of_the_config_win_over_the_period_and_long_ranges_are_cut(sandbox, log):
    """S3-14: at most thirty-one days in a request."""
    ids = ids_with_status(sandbox, 9)[:1]
    config = {"campaignIds": ids, "beginDate": "2026-01-01", "endDate": "2026-02-10", "level": "campaign"}
    (item,) = done(NODE.run(context(config)))["stats_out"]
    told = told_by(log, FULLSTATS)
    assert len(told) == 2
    assert item["spend"] == sum(row["sum"] for answer in told for row in answer)
    assert item["cpc"] == round(item["spend"] / item["clicks"], 2)


def test_items_without_a_campaign_are_told_apart(sandbox):
    (row,) = campaigns(sandbox, 9)[:1]
    surroundings = context({"period": 1}, [{"id": 5}, row])
    assert len(done(NODE.run(surroundings))["stats_out"]) == 1
    assert len(surroundings.log.texts("warning")) == 1
    with pytest.raises(Permanent) as caught:
        NODE.run(context({}, [{"id": 5}]))
    assert caught.value.code == "campaign_id_missing"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"period": 0}, "period"),
        ({"period": "week"}, "period"),
        ({"level": "hour"}, "level"),
        ({"campaignIds": [1, "x"]}, "campaignIds[1]"),
        ({"beginDate": "01.02.2026"}, "beginDate"),
        ({"beginDate": "2026-02-02", "endDate": "2026-02-01"}, "config"),
        ({"days": 7}, "days"),
    ],
)
def test_a_wrong_config_is_found_on_save(config, field):
    assert list(faults(TYPE, config)) == [field]


def test_a_wrong_date_is_explained():
    assert faults(TYPE, {"endDate": "завтра"}) == {"endDate": "здесь нужна дата, например 2026-03-01"}


def test_a_refused_batch_leaves_by_the_second_port_and_the_others_go_on(sandbox, wrong):
    """S3-14: partial failures are told beside the results."""
    rows = campaigns(sandbox, 9)
    middle = rows[50]["campaignId"]
    wrong.answer(str(middle), 400, {"detail": "invalid ids", "request_id": "r7", "title": "invalid payload"})
    surroundings = context({"period": 2}, rows)
    ports = done(NODE.run(surroundings))
    assert len(ports["stats_out"]) == 70 * 2
    (error,) = ports["errors"]
    assert (error["ids"][0], len(error["ids"]), error["status"], error["requestId"], error["retryable"]) == (
        middle,
        50,
        400,
        "r7",
        False,
    )
    assert "invalid ids" in error["error"]
    assert len(surroundings.log.texts("warning")) == 1


def test_campaigns_that_the_answer_leaves_out_are_reported(sandbox):
    rows = campaigns(sandbox, 9)[:2]
    ports = done(NODE.run(context({"period": 1}, [*rows, {"campaignId": 5}])))
    (error,) = ports["errors"]
    assert (error["ids"], error["code"]) == ([5], "missing")


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_no_data(sandbox, wrong, status):
    """S3-14: 204 and `null` are no errors."""
    wrong.answer(FULLSTATS, status, None)
    assert done(NODE.run(context({}, campaigns(sandbox, 9)[:2]))) == {"stats_out": []}


def test_when_nothing_at_all_is_answered_the_step_fails(sandbox, wrong):
    wrong.answer(FULLSTATS, 400, {"detail": "invalid ids"}, times=3)
    with pytest.raises(Permanent) as caught:
        NODE.run(context({}, campaigns(sandbox, 9)))
    assert caught.value.code == "no_statistics"
    assert len(caught.value.details["errors"]) == 3


@pytest.mark.parametrize(("status", "error"), [(401, TokenRejected), (403, AccessDenied)])
def test_a_refused_token_stops_the_step_at_once(sandbox, wrong, settings, status, error):
    """S3-14: 401 and 403 stop, they are not collected."""
    wrong.answer(FULLSTATS, status, {"title": "unauthorized", "detail": f"{settings.WB_API_KEY} expired"})
    with pytest.raises(error) as caught:
        NODE.run(context({}, campaigns(sandbox, 9)))
    assert settings.WB_API_KEY not in f"{caught.value.details}"
    assert len(wrong.requests) == 1


def test_a_server_that_answers_nothing_is_left_to_the_retry_policy(sandbox, wrong):
    wrong.answer(FULLSTATS, 502, {"detail": "bad gateway"})
    with pytest.raises(ServerFault):
        NODE.run(context({}, campaigns(sandbox, 9)))


def test_another_try_begins_with_another_batch(sandbox, wrong):
    rows = campaigns(sandbox, 9)
    wrong.answer(str(rows[0]["campaignId"]), 502)
    later = NODE.run(context({"period": 1}, rows, tries=1))
    assert isinstance(later, Later)
    assert len(later.progress["collected"]) == 70


def test_a_batch_that_fails_while_others_work_is_asked_again_later(sandbox, wrong):
    rows = campaigns(sandbox, 9)
    wrong.answer(str(rows[50]["campaignId"]), 503, {"detail": "try later"})
    later = NODE.run(context({"period": 1}, rows))
    assert isinstance(later, Later)
    assert later.seconds > 0
    assert len(wrong.requests) == 3
    progress = loads(dumps(later.progress))
    ports = done(NODE.run(context({"period": 1}, rows, progress=progress)))
    assert {item["campaignId"] for item in ports["stats_out"]} == {row["campaignId"] for row in rows}
    assert "errors" not in ports
    assert len(wrong.requests) == 4


def test_a_429_gives_the_worker_back_with_what_was_fetched(today, sandbox, wrong):
    """S3-14: a 429 with `X-Ratelimit-Retry` is waited out as a row, and the days stay the same."""
    rows = campaigns(sandbox, 9)
    wrong.answer(str(rows[50]["campaignId"]), 429, {"title": "too many requests"}, {"X-Ratelimit-Retry": "1200"})
    later = NODE.run(context({"period": 1}, rows))
    assert isinstance(later, Later)
    assert (later.seconds, later.reason) == (1200, "rate_limited")
    kept = loads(dumps(later.progress))
    assert len(kept["collected"]) == 50
    assert kept["facts"]["begin"] == kept["facts"]["end"] == str(last_full_days(1, today=today)[0])
    again = NODE.run(context({"period": 1}, rows, progress=kept))
    assert isinstance(again, Later)
    assert len(wrong.requests) == 2


def test_the_sandboxs_own_limits_are_obeyed(settings, log):
    """S3-14: one request in twenty seconds; the second chunk waits outside the worker."""
    with Sandbox(active=60, limits=True, log=log) as limited:
        point_at(settings, limited.url)
        later = NODE.run(context({"period": 1}, campaigns(limited, 9)))
    assert isinstance(later, Later)
    assert 0 < later.seconds <= 20
    assert len(later.progress["collected"]) == 50


def test_a_step_near_its_end_is_run_again_instead(sandbox, wrong):
    later = NODE.run(context({"period": 1}, campaigns(sandbox, 9), seconds=30))
    assert isinstance(later, Later)
    assert (later.seconds, later.reason) == (0, "time_slice")
    assert len(wrong.requests) == 1


def test_each_seller_has_a_token_and_limits_of_its_own(settings):
    """S3-14: the key comes from the settings or from a credential, which is bound to its hosts."""
    one, other, bound = (
        Secret(str(uuid4()), "wildberries", readable_token(sid=sid, acc=3), hosts=(host,))
        for sid, host in (("one", "127.0.0.1"), ("other", "127.0.0.1"), ("bound", "*.wildberries.ru"))
    )
    scope = CallScope(secrets=Vault([one, other, bound]))

    def run(secret: Secret) -> Outcome:
        config = {"campaignIds": [1], "period": 1, "seller": secret.id}
        return NODE.run(context(config, scope=scope))

    with Sandbox(limits=True) as limited:
        point_at(settings, limited.url)
        settings.WB_API_KEY = ""
        assert done(run(one)) == {"stats_out": []}
        assert isinstance(run(one), Later)
        assert done(run(other)) == {"stats_out": []}
        with pytest.raises(ForbiddenTarget):
            run(bound)
