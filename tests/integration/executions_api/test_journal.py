"""`GET /executions/{id}/logs` and `/events`: one journal for people and for programmes."""

from __future__ import annotations

import pytest

from executions import journal, services
from executions.models import Execution
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user():
    return runs.person("admin")


@pytest.fixture
def api(user):
    return runs.client(user)


@pytest.fixture
def run(user):
    return runs.finished_run(user, ("a", "noop"), ("b", "fail"))


def lines_of(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_events_are_numbered_without_gaps(api, run):
    """S3-13: the journal in order; every event is `{seq, type, at, payload}`."""
    events = lines_of(api.get(f"/api/v1/executions/{run.pk}/events"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {frozenset(event) for event in events} == {frozenset({"seq", "type", "at", "payload"})}
    assert [event["type"] for event in events] == [
        "execution.started",
        "step.succeeded",
        "step.failed",
        "execution.failing",
        "execution.failed",
    ]
    done = events[1]["payload"]
    assert (done["nodeId"], done["label"], done["status"], done["attempt"]) == ("a", "a", "succeeded", 1)
    assert done["startedAt"][:10] == done["finishedAt"][:10] == events[1]["at"][:10]
    assert [done[name][-1] for name in ("startedAt", "finishedAt")] == ["Z", "Z"], "written as every other moment"
    assert api.get(f"/api/v1/executions/{run.pk}").json()["seq"] == events[-1]["seq"]


def test_events_go_on_after_what_was_read(api, run):
    """S3-13: `since` is an exclusive number; following `next` reads everything once."""
    everything = lines_of(api.get(f"/api/v1/executions/{run.pk}/events"))
    assert lines_of(api.get(f"/api/v1/executions/{run.pk}/events?since=2")) == everything[2:]
    read, url = [], f"/api/v1/executions/{run.pk}/events?limit=2"
    while url:
        page = api.get(url).json()
        assert page["count"] == len(everything)
        read += page["results"]
        url = page["next"]
    assert read == everything
    assert lines_of(api.get(f"/api/v1/executions/{run.pk}/events?since={10**30}")) == []
    assert lines_of(api.get(f"/api/v1/executions/{run.pk}/events?limit={10**30}")) == everything


@pytest.mark.parametrize("query", ["since=-1", "since=x", "limit=0", "limit=x", "since=%00"])
def test_a_cursor_that_is_no_number_is_refused(api, run, query):
    for place in ("logs", "events"):
        assert api.get(f"/api/v1/executions/{run.pk}/{place}?{query}").status_code == 400


def test_logs_say_what_has_happened(api, run):
    """S3-13: logs in order, each line `{seq, at, level, stepId, message}`."""
    lines = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs"))
    assert {frozenset(line) for line in lines} == {frozenset({"seq", "at", "level", "stepId", "message"})}
    step = str(driving.step(run, "b").pk)
    assert [(line["level"], line["stepId"], line["message"]) for line in lines[2:]] == [
        ("error", step, "Шаг «b» не выполнен: Шаг остановлен намеренно"),
        ("error", step, "Запуск завершается с ошибкой: новые шаги не начнутся"),
        ("error", None, "Запуск завершён с ошибкой"),
    ]


def test_a_nodes_own_line_is_filled_in(api, run):
    """S3-13: what a node writes is a message with places, filled when it is read."""
    step = driving.step(run, "a")
    line = {"message": "Кампаний: %(count)s, пропущено %(skipped)s", "params": {"count": 3}}
    journal.append(run.pk, [journal.event("log", line, level="warning", step_id=step.pk)])
    (warning,) = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs?level=warning"))
    assert warning["message"] == "Кампаний: 3, пропущено —"
    event = lines_of(api.get(f"/api/v1/executions/{run.pk}/events?since={warning['seq'] - 1}"))[0]
    assert event["payload"]["message"] == warning["message"]
    assert (event["payload"]["level"], event["payload"]["stepId"]) == ("warning", str(step.pk))


@pytest.mark.parametrize("text", ["100% sure", "%(broken", "%(name)d", "%s", "{}", ""])
def test_a_text_that_is_no_template_stays_as_it_is(api, run, text):
    journal.append(run.pk, [journal.event("log", {"message": text, "params": {"name": "x"}})])
    assert lines_of(api.get(f"/api/v1/executions/{run.pk}/logs"))[-1]["message"] == text


def test_logs_are_found_by_level_and_step(api, run):
    """S3-13: filter by level and by step, with the `since` cursor."""
    step = str(driving.step(run, "b").pk)
    of_step = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs?stepId={step}"))
    assert len(of_step) == 2
    assert {line["stepId"] for line in of_step} == {step}
    errors = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs?level=error"))
    assert {line["level"] for line in errors} == {"error"}
    both = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs?level=info,error"))
    assert len(both) == 5
    assert lines_of(api.get(f"/api/v1/executions/{run.pk}/logs?level=error&since={errors[0]['seq']}")) == errors[1:]


@pytest.mark.parametrize("query", ["level=loud", "level=info,loud", "stepId=1", "level=%00"])
def test_a_filter_that_makes_no_sense_is_refused(api, run, query):
    assert api.get(f"/api/v1/executions/{run.pk}/logs?{query}").status_code == 400


def test_who_stopped_the_run_and_why_is_told(user, api):
    """S3-13: moves made by people are in the log."""
    run = runs.start(runs.workflow(user), user)
    services.stop(execution_id=run.pk, user=user, reason="ошибка в данных")
    last = lines_of(api.get(f"/api/v1/executions/{run.pk}/logs"))[-1]
    assert last["message"] == "Запуск остановлен: ошибка в данных"


def test_reading_the_journal_costs_the_same_for_any_length(api, run, django_assert_max_num_queries):
    journal.append(run.pk, [journal.event("log", {"message": "line", "params": {}}) for _ in range(100)])
    for place in ("logs", "events"):
        with django_assert_max_num_queries(6):
            assert len(lines_of(api.get(f"/api/v1/executions/{run.pk}/{place}"))) == 105
    assert Execution.objects.get(pk=run.pk).event_seq == 105
