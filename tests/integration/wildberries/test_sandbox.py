"""The sandbox through its socket: data, refusals, limits, log, and agreement with the official specification."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.conf import settings

from integrations.safe_json import loads
from integrations.wildberries.batches import last_full_days, moscow_day
from integrations.wildberries.sandbox.answers import Answer
from integrations.wildberries.sandbox.server import Sandbox

TOKEN = "wb-secret-token"
BEGIN, END = last_full_days(7, today=moscow_day(datetime.now(UTC)))
DATES = {"beginDate": BEGIN.isoformat(), "endDate": END.isoformat()}


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        session.trust_env = False
        yield session


def ids_of(http: requests.Session, url: str, *statuses: int) -> list[int]:
    groups = http.get(f"{url}/adv/v1/promotion/count").json()["adverts"]
    return [one["advertId"] for group in groups if group["status"] in statuses for one in group["advert_list"]]


def csv(ids: list[int]) -> str:
    return ",".join(str(number) for number in ids)


def pairs(http: requests.Session, url: str, campaign: str, article: str) -> list[dict[str, int]]:
    adverts = http.get(f"{url}/api/advert/v2/adverts", params={"statuses": "9"}).json()["adverts"]
    return [{campaign: one["id"], article: nm["nm_id"]} for one in adverts for nm in one["nm_settings"]][:20]


def test_every_status_and_type_is_there_and_several_campaigns_are_active(sandbox, http):
    counts = http.get(f"{sandbox.url}/adv/v1/promotion/count").json()
    assert {group["status"] for group in counts["adverts"]} == {-1, 4, 7, 8, 9, 11}
    assert {group["type"] for group in counts["adverts"]} == {4, 5, 6, 7, 8, 9}
    assert counts["all"] == sum(group["count"] for group in counts["adverts"])
    assert len(ids_of(http, sandbox.url, 9)) >= 10


def test_active_campaigns_have_statistics_for_the_last_week(sandbox, http):
    ids = ids_of(http, sandbox.url, 9)
    rows = http.get(f"{sandbox.url}/adv/v3/fullstats", params={"ids": csv(ids), **DATES}).json()
    assert [row["advertId"] for row in rows] == ids
    assert all(len(row["days"]) == 7 and row["views"] > 0 for row in rows)


@pytest.mark.parametrize(
    ("verb", "path", "params", "status", "words"),
    [
        ("GET", "/adv/v3/fullstats", {"ids": csv(list(range(51))), **DATES}, 400, "less or equal 50"),
        ("GET", "/api/advert/v2/adverts", {"ids": csv(list(range(51)))}, 400, "less or equal 50"),
        ("GET", "/adv/v3/fullstats", DATES, 400, "invalid ids"),
        ("GET", "/adv/v3/fullstats", {"ids": "1,x", **DATES}, 400, "invalid ids"),
        ("GET", "/adv/v3/fullstats", {"ids": "1"}, 400, "invalid beginDate"),
        (
            "GET",
            "/adv/v3/fullstats",
            {"ids": "1", **DATES, "beginDate": (END - timedelta(days=31)).isoformat()},
            400,
            "max date range 31 days",
        ),
        (
            "GET",
            "/adv/v3/fullstats",
            {"ids": "1", "beginDate": DATES["endDate"], "endDate": DATES["beginDate"]},
            400,
            "",
        ),
        ("GET", "/api/advert/v2/adverts", {"payment_type": "cpx"}, 400, "invalid payment_type value"),
        ("GET", "/api/v1/supplier/orders", {}, 400, "dateFrom: field required"),
        ("GET", "/api/v1/supplier/sales", {"dateFrom": "вчера"}, 400, "dateFrom: Value not validated"),
        ("POST", "/adv/v1/normquery/stats", {}, 400, "incorrect request body"),
        ("GET", "/adv/v1/promotion/adverts", {}, 404, "path not found"),
        ("POST", "/adv/v3/fullstats", {}, 405, "method not allowed"),
        ("DELETE", "/adv/v1/promotion/count", {}, 405, "method not allowed"),
    ],
)
def test_what_wildberries_refuses_is_refused_in_its_words(sandbox, http, verb, path, params, status, words):
    answer = http.request(verb, sandbox.url + path, params=params)
    assert answer.status_code == status
    assert words in answer.text


@pytest.mark.parametrize("path", ["/adv/v1/promotion/count", "/api/v1/supplier/orders", "/ping"])
def test_without_a_token_nothing_is_told(sandbox, path):
    answer = requests.get(sandbox.url + path, timeout=60)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "unauthorized"


def test_health_needs_no_token(sandbox):
    assert requests.get(f"{sandbox.url}/healthz", timeout=60).json() == {"status": "ok"}


def test_answers_carry_the_rate_limit_headers(sandbox, http):
    headers = http.get(f"{sandbox.url}/adv/v1/promotion/count").headers
    assert headers["X-Ratelimit-Limit"] == "5"
    assert int(headers["X-Ratelimit-Remaining"]) < 5


def test_limits_hold_only_when_asked_for(http):
    query = {"ids": "1", **DATES}
    with Sandbox() as free:
        statuses = [http.get(f"{free.url}/adv/v3/fullstats", params=query).status_code for _try in range(3)]
    assert statuses == [200, 200, 200]
    with Sandbox(limits=True) as limited:
        assert http.get(f"{limited.url}/adv/v3/fullstats", params=query).status_code == 200
        refused = http.get(f"{limited.url}/adv/v3/fullstats", params=query)
    assert refused.status_code == 429
    assert refused.json()["title"] == "too many requests"
    assert 0 < int(refused.headers["X-Ratelimit-Retry"]) <= 20
    assert refused.headers["X-Ratelimit-Limit"] == "1"
    assert "X-Ratelimit-Remaining" not in refused.headers


def test_every_request_and_answer_is_written_down_without_the_token(tmp_path, http):
    path = tmp_path / "new" / "folder" / "requests.ndjson"
    with Sandbox(log=path) as sandbox:
        told = http.get(f"{sandbox.url}/adv/v1/promotion/count", headers={"X-Execution-Id": "run-1"}).json()
        http.get(f"{sandbox.url}/adv/v3/fullstats", params={"ids": "1"})
        http.post(f"{sandbox.url}/adv/v0/normquery/stats", json={"items": []})
    text = path.read_text(encoding="utf-8")
    first, second, third = (json.loads(line) for line in text.splitlines())
    assert TOKEN not in text
    assert (first["method"], first["path"], first["status"], first["answer"]) == (
        "GET",
        "/adv/v1/promotion/count",
        200,
        told,
    )
    assert first["trace"] == {"X-Execution-Id": "run-1"}
    assert (second["query"], second["status"]) == ({"ids": "1"}, 400)
    assert third["body"] == {"items": []}


def test_money_is_written_down_to_the_kopeck(tmp_path, http):
    path = tmp_path / "requests.ndjson"
    with Sandbox(log=path) as sandbox:
        ids = ids_of(http, sandbox.url, 9)
        body = http.get(f"{sandbox.url}/adv/v3/fullstats", params={"ids": csv(ids), **DATES}).content
    line: Any = loads(path.read_bytes().splitlines()[-1])
    spent = sum(Decimal(row["sum"]) for row in loads(body))
    assert sum(Decimal(row["sum"]) for row in line["answer"]) == spent > 0


def test_a_test_can_put_words_into_its_mouth(http):
    with Sandbox(intercept=lambda verb, target: Answer(502, {"detail": "down"}) if "count" in target else None) as odd:
        assert http.get(f"{odd.url}/adv/v1/promotion/count").status_code == 502
        assert http.get(f"{odd.url}/ping").json()["Status"] == "OK"


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    log = tmp_path / "log" / "requests.ndjson"
    command = [sys.executable, "manage.py", "wb_sandbox", "--port", "0", "--seed", "5", "--log", str(log)]
    # No database is there: the sandbox must not need one.
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=settings.BASE_DIR
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        answer = requests.get(f"{url}/ping", headers={"Authorization": TOKEN}, timeout=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert answer.json()["Status"] == "OK"
    assert len(log.read_text().splitlines()) == 1


def test_budgets_have_the_shape_that_the_release_notes_give(sandbox, http):
    """S3-14: the operation is younger than the stored specification."""
    ids = ids_of(http, sandbox.url, 9)
    answer = http.post(f"{sandbox.url}/api/advert/v2/budget", json={"advertIds": ids}).json()
    assert [row["advertId"] for row in answer["adverts"]] == ids
    assert {frozenset(row) for row in answer["adverts"]} == {frozenset({"advertId", "currency", "total"})}
    wrongs: list[Any] = [{}, {"advertIds": []}, {"advertIds": list(range(51))}, {"advertIds": ["1"]}, [1]]
    for wrong in wrongs:
        assert http.post(f"{sandbox.url}/api/advert/v2/budget", json=wrong).status_code == 400


class TestAgainstTheSpecification:
    """Prism stands between and turns every deviation from the official specification into an error of its own."""

    def test_lists_and_details_of_campaigns_agree(self, checked_promotion, http):
        assert http.get(f"{checked_promotion}/adv/v1/promotion/count").status_code == 200
        for params in ({}, {"statuses": "9,11"}, {"payment_type": "cpm"}):
            answer = http.get(f"{checked_promotion}/api/advert/v2/adverts", params=params)
            assert answer.status_code == 200, answer.text

    def test_statistics_agree(self, checked_promotion, sandbox, http):
        ids = csv(ids_of(http, sandbox.url, 7, 9, 11))
        answer = http.get(f"{checked_promotion}/adv/v3/fullstats", params={"ids": ids, **DATES})
        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize(
        ("path", "names"),
        [("/adv/v0/normquery/stats", ("advert_id", "nm_id")), ("/adv/v1/normquery/stats", ("advertId", "nmId"))],
    )
    def test_search_queries_agree(self, checked_promotion, sandbox, http, path, names):
        body = {"from": DATES["beginDate"], "to": DATES["endDate"], "items": pairs(http, sandbox.url, *names)}
        answer = http.post(checked_promotion + path, json=body)
        assert answer.status_code == 200, answer.text

    def test_expenses_agree(self, checked_promotion, http):
        """S3-14: what was taken, and the refusal of a range that is too long, in plain words."""
        days = {"from": DATES["beginDate"], "to": DATES["endDate"]}
        answer = http.get(f"{checked_promotion}/adv/v1/upd", params=days)
        assert answer.status_code == 200, answer.text
        assert answer.json()
        long = http.get(f"{checked_promotion}/adv/v1/upd", params={**days, "from": "2020-01-01"})
        assert (long.status_code, long.text) == (400, "Интервал не может быть больше 31 дней")

    @pytest.mark.parametrize("report", ["orders", "sales"])
    @pytest.mark.parametrize("flag", ["0", "1"])
    def test_orders_and_sales_agree(self, checked_statistics, http, report, flag):
        params = {"dateFrom": DATES["beginDate"], "flag": flag}
        answer = http.get(f"{checked_statistics}/api/v1/supplier/{report}", params=params)
        assert answer.status_code == 200, answer.text
        assert answer.json()

    def test_refusals_agree(self, checked_promotion, checked_statistics, http):
        days = {**DATES, "beginDate": (END - timedelta(days=40)).isoformat()}
        long = http.get(f"{checked_promotion}/adv/v3/fullstats", params={"ids": "1", **days})
        assert (long.status_code, long.json()["errors"][0]["detail"]) == (400, "max date range 31 days")
        bad = http.get(f"{checked_statistics}/api/v1/supplier/orders", params={"dateFrom": "вчера"})
        assert (bad.status_code, bad.json()) == (400, {"errors": "dateFrom: Value not validated"})
