from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.destinations import Destination
from integrations.errors import InvalidAnswer, ServerFault
from integrations.safe_json import dumps, loads
from integrations.scope import CallScope
from integrations.wildberries.batches import last_full_days
from integrations.wildberries.errors import TokenRejected
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, point_at
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Permanent
from workflows.wildberries.reports import MAX_ITEMS

TYPE = "wb-get-orders"
PATH = "/api/v1/supplier/orders"
NODE = catalogue.get(TYPE)


class Rows:
    """A dataset in memory, written as a step writes its own."""

    def __init__(self) -> None:
        self.kept: dict[int, Mapping[str, Any]] = {}

    def __call__(
        self, rows: Sequence[Mapping[str, Any]], *, start: int, complete: bool, destination: Destination | None = None
    ) -> str:
        self.kept.update(enumerate(rows, start))
        if complete:
            self.kept = {place: row for place, row in self.kept.items() if place < start + len(rows)}
        return "WF-01.orders"


@pytest.fixture
def wrong() -> Faults:
    return Faults()


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "requests.ndjson"


@pytest.fixture
def sandbox(settings, wrong, log) -> Iterator[Sandbox]:
    """Its answers hold thirty rows at most."""
    with Sandbox(intercept=wrong, log=log, report_rows=30) as running:
        point_at(settings, running.url)
        yield running


def run(config: dict[str, Any] | None = None, rows: Rows | None = None, **surroundings: Any) -> Any:
    surroundings = {"scope": CallScope(rows=rows), "seconds": 280.0, **surroundings}
    outcome = NODE.run(StandaloneContext(NODE, config, **surroundings))
    return dict(outcome.ports) if isinstance(outcome, Done) else outcome


def all_rows(settings: Any, config: dict[str, Any]) -> list[dict[str, Any]]:
    """What the same node gets from a sandbox that tells everything in one answer."""
    with Sandbox() as whole:
        point_at(settings, whole.url)
        return list(run(config)["orders_out"])


def test_changes_are_read_page_by_page_until_nothing_is_new(today, sandbox, wrong, settings):
    """S3-14: paging by `lastChangeDate` until there is nothing more, every row once."""
    items = run({"period": 5})["orders_out"]
    assert len({item["srid"] for item in items}) == len(items) > 60
    assert wrong.count(PATH) >= len(items) // 30 + 1
    since = today - timedelta(days=5)
    assert f"dateFrom={since}&flag=0" in wrong.requests[0]
    assert items == all_rows(settings, {"period": 5})


def test_whole_days_are_asked_one_by_one(today, sandbox, wrong):
    """S3-14: flag 1 is a whole day."""
    items = run({"period": 3, "by": "day"})["orders_out"]
    begin, end = last_full_days(3, today=today)
    days = [str(begin + timedelta(days=number)) for number in range(3)]
    assert [target.partition("?")[2] for target in wrong.requests] == [f"dateFrom={day}&flag=1" for day in days]
    assert sorted({item["date"][:10] for item in items}) == [str(begin), days[1], str(end)]


def test_a_day_that_fails_leaves_by_the_second_port(today, sandbox, wrong):
    """S3-14: partial failures, in either of the two forms that the service knows."""
    begin, end = last_full_days(2, today=today)
    for day, errors in ((begin, "dateFrom: Value not validated"), (end, ["нет"])):
        wrong.answer(f"dateFrom={day}", 400, {"errors": errors})
        ports = run({"period": 2, "by": "day"})
        (error,) = ports["errors"]
        assert (error["since"], error["status"], error["retryable"]) == (str(day), 400, False)
        assert ports["orders_out"]


def test_rows_can_go_into_the_dataset_alone(today, sandbox, settings):
    """S3-14: as many rows as there are, stored as they come."""
    rows = Rows()
    ports = run({"period": 5, "output": "dataset"}, rows)
    expected = all_rows(settings, {"period": 5})
    begin = str(today - timedelta(days=5))
    assert ports == {"summary": [{"dataset": "WF-01.orders", "rows": len(expected), "begin": begin}]}
    assert [rows.kept[place] for place in range(len(rows.kept))] == expected


def test_a_run_again_fills_the_same_places_and_takes_away_what_is_too_much(sandbox, wrong, settings):
    """S3-14: a re-run resumes and doubles nothing."""
    rows = Rows()
    rows([{"srid": "of an earlier try"}] * 500, start=0, complete=False)
    config = {"period": 5, "output": "dataset"}
    first = run(config, rows, seconds=30)
    assert (first.reason, first.progress["kept"], first.progress["collected"]) == ("time_slice", 30, [])
    wrong.answer("flag=0", 429, {}, {"X-Ratelimit-Retry": "0"})
    second = run(config, rows, progress=loads(dumps(first.progress)))
    assert (second.reason, second.progress["kept"]) == ("rate_limited", 30)
    run(config, rows, progress=loads(dumps(second.progress)))
    expected = all_rows(settings, {"period": 5})
    assert [rows.kept[place] for place in range(len(rows.kept))] == expected


def test_a_page_that_breaks_off_is_asked_again_and_not_counted_twice(sandbox, wrong):
    rows = Rows()
    config = {"period": 5, "output": "dataset"}
    expected = run({"period": 5})["orders_out"]
    first = run(config, rows, seconds=30)
    wrong.answer("flag=0", 502, {})
    second = run(config, rows, progress=loads(dumps(first.progress)))
    assert (second.reason, len(rows.kept)) == ("server_fault", 30)
    run(config, rows, progress=loads(dumps(second.progress)))
    assert [rows.kept[place] for place in range(len(rows.kept))] == expected


def test_more_rows_than_a_step_can_hand_on_are_refused_with_advice(sandbox, wrong):
    wrong.answer(PATH, 200, [{"srid": f"s{number}"} for number in range(MAX_ITEMS + 1)])
    with pytest.raises(Permanent) as caught:
        run()
    assert (caught.value.code, caught.value.details) == ("too_many_rows", {"limit": MAX_ITEMS})


@pytest.mark.parametrize("body", [None, []])
@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_no_data(sandbox, wrong, status, body):
    """S3-14: 204, `null` and `[]` are no errors."""
    wrong.answer(PATH, status, body)
    assert run() == {"orders_out": []}


def test_what_is_no_row_is_named(sandbox, wrong):
    wrong.answer(PATH, 200, [{"date": "2026-11-20"}])
    with pytest.raises(Permanent) as caught:
        run()
    assert caught.value.details["reason"]["params"] == {"method": "orders", "where": "0.srid", "fault": "missing"}


@pytest.mark.parametrize(("status", "error"), [(502, ServerFault), (401, TokenRejected)])
def test_a_server_that_answers_nothing_is_left_to_the_retry_policy(sandbox, wrong, status, error):
    wrong.answer(PATH, status, {})
    with pytest.raises(error):
        run()


def test_a_broken_document_is_worth_another_try(sandbox, wrong):
    wrong.answer(PATH, 200, {"srid": "no list"})
    with pytest.raises(InvalidAnswer) as caught:
        run()
    assert caught.value.transient is True


def test_days_that_wildberries_has_forgotten_are_not_asked_for(today, sandbox, wrong):
    """S3-14: data are kept for ninety days."""
    wrong.answer(PATH, 200, [])
    surroundings = StandaloneContext(NODE, {"beginDate": "2020-01-01"}, scope=CallScope(), seconds=280.0)
    NODE.run(surroundings)
    assert f"dateFrom={today - timedelta(days=89)}" in wrong.requests[0]
    assert len(surroundings.log.texts("warning")) == 1


@pytest.mark.parametrize(
    ("config", "field"), [({"by": "hour"}, "by"), ({"period": 91}, "period"), ({"output": "file"}, "output")]
)
def test_a_wrong_config_is_found_on_save(config, field):
    assert list(faults(TYPE, config)) == [field]
