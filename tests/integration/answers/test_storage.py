"""How much room the runs of each workflow take."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from executions.services.footprint import SAMPLE
from integrations import outbox
from integrations.relay import deliver_due
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import definition, drain

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/storage"


def ask(user: User, **query: Any) -> list[dict[str, Any]]:
    answer = runs.client(user).get(URL, query)
    assert answer.status_code == 200, answer.content
    told: list[dict[str, Any]] = answer.json()["results"]
    return told


def test_what_few_runs_keep_is_counted(editor: User, ledger: Ledger):
    """Part 3, 10: a "storage by workflow" report."""
    flow = runs.workflow(editor, ("a", "noop"), ("call", "http-request", {"config": {"url": ledger.url()}}))
    for _ in range(2):
        runs.start(flow, editor)
    drain()
    runs.start(flow, editor)
    (told,) = ask(runs.person("viewer"))
    assert (told["workflowId"], told["workflowCode"], told["workflowName"]) == (str(flow.pk), flow.code, flow.name)
    assert (told["executions"], told["openExecutions"], told["sampledExecutions"]) == (3, 1, 3)
    assert told["estimated"] is False
    assert told["rows"] == {"executions": 3, "steps": 6, "data": 4, "journal": 11, "attempts": 4, "effects": 2}
    assert told["bytes"] > 0
    assert told["retentionDays"] == 365


def test_what_many_runs_keep_is_reckoned_from_the_newest(editor: User):
    flow = runs.workflow(editor)
    for _ in range(SAMPLE + 5):
        runs.start(flow, editor)
    drain()
    (told,) = ask(editor)
    assert (told["estimated"], told["sampledExecutions"]) == (True, SAMPLE)
    assert (told["executions"], told["rows"]["steps"]) == (SAMPLE + 5, 2 * (SAMPLE + 5))


def test_larger_data_take_more_room(editor: User):
    for size in (10, 100_000):
        text = "".join(chr(1000 + place % 5000) for place in range(size))  # hardly to be compressed
        runs.finished_run(editor, input_data={"text": text})
    small, large = sorted(told["bytes"] for told in ask(editor))
    assert large > small + 50_000


def test_rows_of_datasets_and_the_term_are_told(editor: User):
    what = definition([("a", "noop", {"settings": {"store": "raw"}})], retentionDays=14)
    driving.start(editor, what, input_data={"x": 1})
    drain()
    assert outbox.ring_due() == 1
    deliver_due()
    (told,) = ask(editor)
    assert (told["datasetRows"], told["retentionDays"]) == (1, 14)
    assert told["datasetBytes"] > 0


def test_storage_of_other_projects_is_not_told(editor: User):
    runs.finished_run(editor)
    assert ask(runs.person("admin", project=scenes.project("other"))) == []
    assert len(ask(editor)) == 1


def test_the_questions_do_not_grow_with_the_workflows(editor: User):
    counts = []
    for more in (1, 6):
        for _ in range(more):
            runs.finished_run(editor)
        api = runs.client(editor)
        with CaptureQueriesContext(connection) as captured:
            api.get(URL)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert [len(ask(editor, pageSize=4)), len(ask(editor, pageSize=4, page=2))] == [4, 3]
